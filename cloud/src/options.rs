//! The command line, and where the cloud keeps its data.
//! The only reader of the environment; everything else gets values.

use std::{net::SocketAddr, path::PathBuf};

use anyhow::{Context, Result};
use buhphone_cloud::{mail::Smtp, secret::Pepper};
use buhphone_protocol::cabinet::Role;
use clap::{Args, Parser, Subcommand, ValueEnum};
use directories::ProjectDirs;
use url::Url;

/// The cloud of Бухфон.
#[derive(Parser)]
#[command(version)]
pub(crate) struct Options {
    #[command(flatten)]
    pub(crate) place: Place,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Args)]
pub(crate) struct Place {
    /// sqlite:FILE or postgres://…; by default a file in the data folder
    #[arg(long, env = "BUHPHONE_DATABASE", global = true, hide_env_values = true)]
    database: Option<String>,
    /// Folder of the database and the secret; by default the system's for this user
    #[arg(long, env = "BUHPHONE_DATA_DIR", global = true)]
    data_dir: Option<PathBuf>,
    /// File of the key that codes are hashed under, made at first start; by default secret.key in the data folder
    #[arg(long, env = "BUHPHONE_SECRET_FILE", global = true)]
    secret_file: Option<PathBuf>,
    /// Where programs and browsers reach the cloud; by default http:// and the address listened on
    #[arg(long, env = "BUHPHONE_PUBLIC_URL", global = true)]
    public_url: Option<String>,
    /// Address and port to listen on
    #[arg(long, env = "BUHPHONE_LISTEN", global = true, default_value = "127.0.0.1:8780")]
    pub(crate) listen: SocketAddr,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Bring the database up to date and serve
    Serve(Serve),
    /// Bring the database up to date and stop
    Migrate,
    /// What the operator of the cloud does
    Admin {
        #[command(subcommand)]
        command: Admin,
    },
}

#[derive(Args)]
pub(crate) struct Serve {
    /// Proxies of yours in front, each appending to X-Forwarded-For
    #[arg(long, env = "BUHPHONE_TRUSTED_PROXIES", default_value_t = 0)]
    pub(crate) trusted_proxies: usize,
    /// Where people download the program: a page or a file
    #[arg(long, env = "BUHPHONE_PROGRAM_URL")]
    program_url: Option<String>,
    /// Through which letters are sent: smtps://USER@HOST, smtp://USER@HOST:587 (demands STARTTLS), or
    /// smtp://HOST:25?tls=none beside this computer; without it none are sent
    #[arg(long, env = "BUHPHONE_SMTP", hide_env_values = true)]
    smtp: Option<String>,
    /// File of that user's password; its first line is read
    #[arg(long, env = "BUHPHONE_SMTP_PASSWORD_FILE")]
    smtp_password_file: Option<PathBuf>,
    /// The password itself, where a file is no way
    #[arg(long, env = "BUHPHONE_SMTP_PASSWORD", hide_env_values = true, conflicts_with = "smtp_password_file")]
    smtp_password: Option<String>,
    /// The address that letters come from; each bears its partner's name
    #[arg(long, env = "BUHPHONE_MAIL_FROM", requires = "smtp")]
    mail_from: Option<String>,
}

#[derive(Subcommand)]
pub(crate) enum Admin {
    /// Create a partner
    CreatePartner {
        #[arg(long)]
        name: String,
        #[arg(long, default_value = "")]
        phone: String,
        /// IANA time zone of the partner's days
        #[arg(long, default_value = "Europe/Moscow")]
        zone: String,
    },
    /// Create a member of a partner's staff; prints the password once
    CreateStaff {
        /// Id or name
        #[arg(long)]
        partner: String,
        #[arg(long)]
        name: String,
        #[arg(long)]
        email: String,
        #[arg(long, value_enum)]
        role: RoleName,
        /// Read the password from standard input instead of making one
        #[arg(long)]
        password_stdin: bool,
    },
    /// Set a new password and end the person's sessions; prints it once
    ResetPassword {
        #[arg(long)]
        email: String,
        /// Read the password from standard input instead of making one
        #[arg(long)]
        password_stdin: bool,
    },
    /// List the partners
    ListPartners,
    /// Create the demo partner, once; prints JSON
    Demo,
    /// Issue a code for a user; prints it
    IssueCode {
        /// Id or name
        #[arg(long)]
        partner: String,
        /// Id
        #[arg(long)]
        user: String,
    },
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum RoleName {
    Administrator,
    ClientManager,
    Specialist,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Administrator => Self::Administrator,
            RoleName::ClientManager => Self::ClientManager,
            RoleName::Specialist => Self::Specialist,
        }
    }
}

impl Serve {
    /// Nothing where the operator set up no mail.
    pub(crate) fn mail(&self) -> Result<Option<Smtp>> {
        let Some(address) = self.smtp.as_ref().filter(|text| !text.is_empty()) else { return Ok(None) };
        let from = self.mail_from.as_deref().context("--mail-from is missing: the address that letters come from")?;
        let password = match &self.smtp_password_file {
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .with_context(|| format!("cannot read the password file {}", path.display()))?;
                Some(text.lines().next().unwrap_or_default().to_owned())
            }
            None => self.smtp_password.clone().filter(|text| !text.is_empty()),
        };
        Ok(Some(Smtp::new(address, password, from)?))
    }

    pub(crate) fn program_url(&self) -> Result<Option<Url>> {
        let Some(text) = self.program_url.as_ref().filter(|text| !text.is_empty()) else { return Ok(None) };
        let url: Url = text.parse().with_context(|| format!("the program's URL «{text}» is not a URL"))?;
        anyhow::ensure!(
            matches!(url.scheme(), "http" | "https") && url.has_host(),
            "the program's URL «{text}» must begin with http:// or https://"
        );
        Ok(Some(url))
    }
}

impl Place {
    pub(crate) fn database(&self) -> Result<String> {
        match &self.database {
            Some(database) => Ok(database.clone()),
            None => Ok(format!("sqlite:{}", self.folder()?.join("cloud.sqlite").display())),
        }
    }

    pub(crate) fn pepper(&self) -> Result<Pepper> {
        let path = match &self.secret_file {
            Some(path) => path.clone(),
            None => self.folder()?.join("secret.key"),
        };
        Pepper::load(&path).with_context(|| format!("cannot read the secret file {}", path.display()))
    }

    /// `listening` is the address itself when the port was left to the system.
    pub(crate) fn public_url(&self, listening: SocketAddr) -> Result<Url> {
        let text = self.public_url.clone().unwrap_or_else(|| format!("http://{listening}"));
        let url: Url = text.parse().with_context(|| format!("the public URL «{text}» is not a URL"))?;
        anyhow::ensure!(
            matches!(url.scheme(), "http" | "https") && url.has_host(),
            "the public URL «{text}» must begin with http:// or https://"
        );
        anyhow::ensure!(
            url.path() == "/" && url.query().is_none() && url.fragment().is_none(),
            "the public URL «{text}» must end after the host and port"
        );
        Ok(url)
    }

    /// The data folder; made, for its owner only, if there is none: it holds personal data.
    fn folder(&self) -> Result<PathBuf> {
        let folder = match &self.data_dir {
            Some(folder) => folder.clone(),
            None => ProjectDirs::from("", "", "buhphone-cloud")
                .context("this user has no home folder: give --data-dir")?
                .data_local_dir()
                .to_owned(),
        };
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("cannot make the data folder {}", folder.display()))?;
        Ok(folder)
    }
}
