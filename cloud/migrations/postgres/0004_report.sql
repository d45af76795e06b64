-- The launches that did not authorize, which the report asks for: few among all.

CREATE INDEX launches_unanswered ON launches (partner_id, user_id, started_at) WHERE NOT authorized;
