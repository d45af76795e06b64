-- When a computer's program told that it was being uninstalled; none again once it authorizes.

ALTER TABLE devices ADD COLUMN removed_at INTEGER;
