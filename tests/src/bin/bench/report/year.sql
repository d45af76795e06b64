-- A partner's register and a year of it, made in a few statements of SQLite. Everything is
-- decided by a row's number, so that every run measures the same data.
--
-- Given: temp.owner (partner_id, staff_id) and temp.words (kind, place, text, key), the
-- names that clients and people are made of. The year ends on 23.11.2026 of Moscow.

CREATE TEMP TABLE bounds AS
SELECT 1763931600000000 AS year_start, 1795467600000000 AS year_end, 86400000000 AS day, 10000 AS people;

CREATE TEMP TABLE numbers AS
WITH RECURSIVE counted (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM counted WHERE n < (SELECT people FROM bounds) - 1)
SELECT n FROM counted;

INSERT INTO categories (partner_id, category_id, name, name_key)
SELECT partner_id, CAST(printf('g%015d', place) AS BLOB), text, key FROM owner, words WHERE kind = 'category';

-- Five people a client.
INSERT INTO clients (partner_id, client_id, name, name_key, inn, created_at)
SELECT partner_id, CAST(printf('c%015d', n) AS BLOB), 'ООО «' || w.text || ' ' || (n / 60 + 1) || '»',
       'ооо «' || w.key || ' ' || (n / 60 + 1) || '»', printf('%010d', 7700000000 + n * 7), year_start - 400 * day
FROM owner, bounds, numbers JOIN words w ON w.kind = 'client' AND w.place = n % 60
WHERE n < people / 5;

-- How each person lives with the program. `drawn` is 0…1023, as are all draws here.
-- From the first to the last: never invited, a code lapsed, a code waiting, disconnected,
-- connected only of late, connected and given up, autostart off, now and then, every day.
CREATE TEMP TABLE people AS
WITH drawn AS (SELECT n, (n * 2654435761 >> 11) & 1023 AS drawn FROM numbers)
SELECT n, CAST(printf('u%015d', n * 7919 % people) AS BLOB) AS user_id,
       CASE WHEN drawn < 30 THEN 'uninvited' WHEN drawn < 50 THEN 'lapsed' WHEN drawn < 70 THEN 'waiting'
            WHEN drawn < 95 THEN 'disconnected' WHEN drawn < 120 THEN 'late' WHEN drawn < 220 THEN 'gone'
            WHEN drawn < 300 THEN 'seldom' ELSE 'daily' END AS life,
       CASE WHEN drawn BETWEEN 180 AND 219 THEN 'off_by_person' WHEN drawn BETWEEN 160 AND 179 THEN 'off'
            ELSE 'on' END AS autostart,
       -- The days of the year between which the program is used.
       CASE WHEN drawn < 70 THEN 400 WHEN drawn BETWEEN 95 AND 119 THEN 330 + n % 35 ELSE -(n % 200) END AS from_day,
       CASE WHEN drawn < 220 AND NOT drawn BETWEEN 95 AND 119 THEN 60 + n * 37 % 300 ELSE 365 END AS until_day,
       CASE WHEN n % 20 = 0 THEN 3 WHEN n % 4 = 0 THEN 2 ELSE 1 END AS computers
FROM drawn, bounds;

INSERT INTO users (partner_id, user_id, client_id, category_id, surname, name, patronymic, full_name_key, search_key,
                   uses_1c, its_until, email, phone, created_at, last_talk_at)
SELECT partner_id, user_id, CAST(printf('c%015d', n / 5) AS BLOB), CAST(printf('g%015d', n * 13 % 9) AS BLOB),
       s.text, f.text, m.text, s.key || char(1) || f.key || char(1) || m.key,
       s.key || ' ' || f.key || ' ' || m.key || ' user' || n || '@mail.example +7 495 ' || (1000000 + n)
       || ' 7495' || (1000000 + n),
       n % 3 > 0, CASE n % 4 WHEN 0 THEN NULL WHEN 1 THEN '2026' ELSE printf('202%d-%02d-28', 6 + n % 2, 1 + n % 12) END,
       'user' || n || '@mail.example', '+7 495 ' || (1000000 + n), year_start - 300 * day,
       CASE WHEN n % 5 < 2 THEN year_start + (n * 41 % 365) * day + n * 1000003 END
FROM owner, bounds, people
JOIN words s ON s.kind = 'surname' AND s.place = n * 31 % 60
JOIN words f ON f.kind = 'name' AND f.place = n / 60 % 12
JOIN words m ON m.kind = 'patronymic' AND m.place = n / 720 % 12;

CREATE TEMP TABLE computers AS
SELECT n, user_id, life, autostart, from_day, until_day, computers, c.place AS place,
       CAST(printf('d%014d%d', n, c.place) AS BLOB) AS device_id, 'БУХ-' || n || '-' || c.place AS computer
FROM people JOIN (SELECT 0 AS place UNION ALL SELECT 1 UNION ALL SELECT 2) c ON c.place < computers
WHERE life NOT IN ('uninvited', 'lapsed', 'waiting');

INSERT INTO devices (partner_id, device_id, user_id, public_key, computer, system, program, zone, autostart,
                     activated_at, disconnected_at)
SELECT partner_id, device_id, user_id, 'key of ' || hex(device_id), computer, 'Windows 11 23H2', '0.1.0', 'Europe/Moscow',
       autostart, year_start + from_day * day + n * 1009, CASE WHEN life = 'disconnected' THEN year_start + until_day * day END
FROM owner, bounds, computers;

-- The code each computer came by, and those nobody typed.
INSERT INTO codes (partner_id, code_id, user_id, code_hash, issued_by, issued_at, expires_at, used_at, device_id)
SELECT partner_id, CAST(printf('k%014d%d', n, place) AS BLOB), user_id, CAST('hash of ' || hex(device_id) AS BLOB), staff_id,
       year_start + from_day * day + n * 1009 - 600000000, year_start + (from_day + 7) * day,
       year_start + from_day * day + n * 1009, device_id
FROM owner, bounds, computers;
INSERT INTO codes (partner_id, code_id, user_id, code_hash, issued_by, issued_at, expires_at)
SELECT partner_id, CAST(printf('k%014d9', n) AS BLOB), user_id, CAST('hash for ' || hex(user_id) AS BLOB), staff_id,
       year_end - 30 * day, CASE life WHEN 'lapsed' THEN year_end - 20 * day ELSE year_end + 3650 * day END
FROM owner, bounds, people WHERE life IN ('lapsed', 'waiting') OR n % 9 = 0;

CREATE TEMP TABLE days AS
SELECT n AS number, year_start + n * day AS starts FROM numbers, bounds WHERE n < 365;

-- Working days, less two fortnights of leave each; of several computers mostly the first.
-- The year began on a Monday.
CREATE TEMP TABLE lived AS
SELECT number, n, number * people + n AS draw, starts + 21600000000 + ((number * people + n) * 2654435761 >> 7) % 14400000000 AS at,
       CASE WHEN computers > 1 AND ((number * people + n) * 40503 >> 5) % 5 = 0 THEN number % computers ELSE 0 END AS place
FROM bounds, days CROSS JOIN people
WHERE number >= from_day AND number < until_day
  AND number % 7 < 5
  AND (number + n * 11) % 180 >= 14
  AND ((number * people + n) * 2654435761 >> 13) & 1023 < CASE life WHEN 'seldom' THEN 180 ELSE 970 END
  AND life NOT IN ('uninvited', 'lapsed', 'waiting')
ORDER BY at;

INSERT INTO authorizations (partner_id, authorization_id, user_id, device_id, authorized_at, launch_id, cause, attended,
                            computer, launches_dropped, echo)
SELECT partner_id, CAST(printf('a%015d', draw) AS BLOB), c.user_id, c.device_id, at, CAST(printf('l%015d', draw) AS BLOB),
       CASE draw % 3 WHEN 0 THEN 'new_day' ELSE 'launch' END, 'yes', c.computer, 0, 'echo-0123456789abcdef'
FROM owner, lived l JOIN computers c ON c.n = l.n AND c.place = l.place;

-- Started, and told by the next authorization where the cloud was not reached.
INSERT INTO launches (partner_id, device_id, launch_id, user_id, computer, origin, started_at, told_at, authorized)
SELECT partner_id, c.device_id, CAST(printf('l%015d', draw) AS BLOB), c.user_id, c.computer,
       CASE draw % 7 WHEN 0 THEN 'person' ELSE 'login' END, at - 3000000, at, draw % 40 > 0
FROM owner, lived l JOIN computers c ON c.n = l.n AND c.place = l.place;

INSERT INTO failures (partner_id, authorization_id, place, user_id, device_id, computer, kind, attempts, first_at, last_at,
                      told_at)
SELECT partner_id, CAST(printf('a%015d', draw) AS BLOB), 0, c.user_id, c.device_id, c.computer,
       CASE draw % 3 WHEN 0 THEN 'dns' WHEN 1 THEN 'connect' ELSE 'timeout' END, 1 + draw % 9, at - 7200000000, at - 60000000, at
FROM owner, lived l JOIN computers c ON c.n = l.n AND c.place = l.place
WHERE draw % 30 = 0;

-- Those who gave up tried once more, and were not let through.
INSERT INTO failures (partner_id, authorization_id, place, user_id, device_id, computer, kind, attempts, first_at, last_at,
                      told_at)
SELECT a.partner_id, a.authorization_id, 1, a.user_id, a.device_id, a.computer, 'proxy', 40, year_end - 40 * day,
       year_end - 10 * day, year_end - 10 * day
FROM bounds, people p JOIN authorizations a ON a.user_id = p.user_id AND a.partner_id = (SELECT partner_id FROM owner)
WHERE life = 'gone' AND p.n % 3 = 0
GROUP BY a.user_id HAVING a.authorized_at = MAX(a.authorized_at);

CREATE TEMP TABLE lasts AS
SELECT device_id, MAX(authorized_at) AS last_at FROM authorizations GROUP BY device_id;
CREATE INDEX temp.lasts_of_device ON lasts (device_id);
UPDATE devices SET last_authorization_at = (SELECT last_at FROM lasts l WHERE l.device_id = devices.device_id);
UPDATE users SET last_authorization_at =
    (SELECT MAX(d.last_authorization_at) FROM devices d WHERE d.partner_id = users.partner_id AND d.user_id = users.user_id);
