-- The launches that did not authorize, which the report asks for: few among all.

CREATE INDEX launches_unanswered ON launches (partner_id, user_id, started_at) WHERE NOT authorized;

ANALYZE sqlite_schema;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('launches', 'launches_unanswered', '50000 50000 5 1 1 1');
