//! The floor on a server: `pgbench` writes the rows of an authorization, one transaction
//! each, by the statements that one alone would take.

use std::{fs, process::Command};

use anyhow::{Context as _, Result, ensure};

/// As many as write at once in an office of some thousand computers, each waiting for its own commit.
const CLIENTS: &str = "32";
const SECONDS: &str = "4";

/// Each row of `computers` is a computer, by a number that pgbench can draw.
const PREPARE: &str = "CREATE TABLE computers AS
    SELECT row_number() OVER () AS n, partner_id, device_id FROM devices;
ALTER TABLE computers ADD PRIMARY KEY (n);
ANALYZE;";

/// The identifiers are made like the programs' own, which begin with the time.
const SCRIPT: &str = r"\set n random(1, :computers)
BEGIN;
SELECT d.partner_id AS p, d.device_id AS d, d.user_id AS u, d.echo_next, d.echo_presented, d.last_authorization_at,
       (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now,
       decode(lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0'), 'hex')
           || substring(uuid_send(gen_random_uuid()) FROM 7) AS id
FROM computers n JOIN devices d ON d.partner_id = n.partner_id AND d.device_id = n.device_id
WHERE n.n = :n FOR NO KEY UPDATE OF d \gset
INSERT INTO authorizations (partner_id, authorization_id, user_id, device_id, authorized_at, launch_id,
                            cause, attended, computer, launches_dropped, echo)
VALUES (:p, :id, :u, :d, :now, :id, 'launch', 'yes', 'БУХ-01', 0, 'AAAAAAAAAAAAAAAAAAAAAA==')
ON CONFLICT (partner_id, authorization_id) DO NOTHING;
INSERT INTO launches (partner_id, device_id, launch_id, user_id, computer, origin, started_at, told_at, authorized)
VALUES (:p, :d, :id, :u, 'БУХ-01', 'login', :now, :now, TRUE)
ON CONFLICT (partner_id, device_id, launch_id)
DO UPDATE SET authorized = excluded.authorized WHERE excluded.authorized AND NOT launches.authorized;
UPDATE devices SET computer = 'БУХ-01', system = 'Windows 11 23H2', program = '0.1.0', zone = 'Europe/Moscow',
       machine = '5a175a175a175a175a175a175a175a175a175a175a175a175a175a175a175a17', autostart = 'on',
       echo_next = 'AAAAAAAAAAAAAAAAAAAAAA==', echo_presented = NULL, cloned_at = COALESCE(cloned_at, :now),
       last_authorization_at = CASE WHEN last_authorization_at > :now THEN last_authorization_at ELSE :now END
WHERE partner_id = :p AND device_id = :d;
UPDATE users SET last_authorization_at = :now
WHERE partner_id = :p AND user_id = :u AND (last_authorization_at IS NULL OR last_authorization_at < :now);
COMMIT;
";

pub(super) struct Floor {
    url: String,
    folder: tempfile::TempDir,
    computers: usize,
}

impl Floor {
    /// On a database whose computers are registered.
    pub(super) fn prepare(url: &str) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("authorize.sql"), SCRIPT)?;
        told(Command::new("psql").args([url, "-q", "-v", "ON_ERROR_STOP=1", "-c", PREPARE]))?;
        let computers = told(Command::new("psql").args([url, "-tAc", "SELECT count(*) FROM computers"]))?;
        Ok(Self { url: url.to_owned(), folder, computers: computers.trim().parse()? })
    }

    pub(super) fn transactions_a_second(&self) -> Result<f64> {
        let mut command = Command::new("pgbench");
        command.args(["-n", "-M", "prepared", "-c", CLIENTS, "-j", "2", "-T", SECONDS]);
        command.arg("-D").arg(format!("computers={}", self.computers));
        command.arg("-f").arg(self.folder.path().join("authorize.sql")).arg(&self.url);
        let said = told(&mut command)?;
        ensure!(said.contains("number of failed transactions: 0"), "pgbench failed: {said}");
        let tps = said.lines().find_map(|line| line.strip_prefix("tps = ")).context("pgbench told no figure")?;
        Ok(tps.split_whitespace().next().unwrap_or_default().parse()?)
    }
}

fn told(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("{} did not start", command.get_program().display()))?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}
