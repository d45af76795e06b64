//! `cargo xtask run`: the whole product on this computer, with a demo partner.
//!
//! Everything it keeps is in `output/demo`, so a second start goes on where the
//! first ended and nothing of the account (autostart, keyring) is touched.

use std::{
    fs,
    io::Write as _,
    net::{TcpListener, TcpStream},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::mpsc::{self, RecvTimeoutError},
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::{
    children::Kept,
    desktop::Desktop,
    packages::{self, BUILD, SESSION},
    programs::{self, Programs},
    root, say,
};

#[derive(Debug, clap::Args)]
pub struct Options {
    /// The cloud's port on this computer.
    #[arg(long, default_value_t = 8780)]
    port: u16,
    /// Use a virtual display even where there is a real one.
    #[arg(long)]
    headless: bool,
}

/// How often the virtual display's picture is taken anew.
const PICTURE_EVERY: Duration = Duration::from_secs(2);

/// Builds and starts everything, and waits for Ctrl-C or for a part to end.
///
/// # Errors
/// When a part cannot be built or started; says which.
pub fn run(options: &Options) -> Result<()> {
    packages::ensure(&[BUILD, SESSION])?;
    let programs = programs::build()?;
    let demo = root().join("output/demo");
    fs::create_dir_all(&demo)?;
    if TcpListener::bind(("127.0.0.1", options.port)).is_err() {
        bail!("port {} is taken: is another `cargo xtask run` running? Otherwise give `--port`", options.port);
    }

    let (interrupt, interrupted) = mpsc::channel();
    ctrlc::set_handler(move || {
        let _ = interrupt.send(());
    })?;

    let cloud = Cloud::new(&programs, &demo, options.port);
    let sign_in = cloud.demo_partner(&demo)?;
    let mut server = cloud.serve()?;
    let code = cloud.code(&sign_in)?;
    let session = Session::start(options, &demo)?;
    let mut program = session.program(&programs, &demo, &cloud.url())?;

    println!();
    println!("  Кабинет / cabinet     {}", cloud.url());
    println!("  E-mail                {}", sign_in["email"].as_str().unwrap_or_default());
    println!("  Пароль / password     {}", sign_in["password"].as_str().unwrap_or_default());
    println!("  Код / code            {code}");
    println!("  Данные / data         {}", demo.display());
    if let Some(picture) = session.picture_path() {
        println!("  Нет экрана, окно на снимке / no display, the window's picture:");
        println!("                        {}", picture.display());
    }
    println!("  Ctrl-C останавливает всё / stops everything");
    println!();

    loop {
        match interrupted.recv_timeout(PICTURE_EVERY) {
            Ok(()) | Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {}
        }
        session.take_picture();
        if let Some(status) = server.ended()? {
            bail!("the cloud ended by itself: {status}");
        }
        if let Some(status) = program.ended()? {
            say(format_args!("the program was quit ({status}); stopping the cloud"));
            break;
        }
    }
    say("stopping");
    program.stop();
    server.stop();
    Ok(())
}

/// The cloud's program with the demo's database.
struct Cloud<'a> {
    program: &'a Path,
    data: PathBuf,
    port: u16,
}

impl<'a> Cloud<'a> {
    fn new(programs: &'a Programs, demo: &Path, port: u16) -> Self {
        Self { program: &programs.cloud, data: demo.join("cloud"), port }
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(self.program);
        command.env("BUHPHONE_DATA_DIR", &self.data).env("BUHPHONE_PUBLIC_URL", self.url());
        command
    }

    /// Makes the demo partner at the first start and remembers its sign-in, which only this account may read.
    fn demo_partner(&self, demo: &Path) -> Result<Value> {
        let made = self.json(&["admin", "demo"])?;
        let kept = demo.join("sign-in.json");
        if made["password"].is_string() {
            let mut file = fs::OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(&kept)?;
            file.write_all(made.to_string().as_bytes())?;
            return Ok(made);
        }
        let text = fs::read_to_string(&kept)
            .with_context(|| format!("{} is gone; delete {} to begin anew", kept.display(), demo.display()))?;
        Ok(serde_json::from_str(&text)?)
    }

    fn serve(&self) -> Result<Kept> {
        say("starting the cloud");
        let mut command = self.command();
        command.args(["serve", "--listen", &format!("127.0.0.1:{}", self.port)]).stdin(Stdio::null());
        let mut server = Kept::start("the cloud", &mut command)?;
        for _ in 0..200 {
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return Ok(server);
            }
            if let Some(status) = server.ended()? {
                bail!("the cloud ended at its start: {status}");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        bail!("the cloud did not listen within ten seconds")
    }

    /// A code for a user of the demo partner who has never been connected.
    fn code(&self, sign_in: &Value) -> Result<String> {
        let text = |name: &str| sign_in[name].as_str().with_context(|| format!("the demo partner has no {name}"));
        let issued = self.output(&["admin", "issue-code", "--partner", text("partner")?, "--user", text("user")?])?;
        Ok(String::from_utf8_lossy(&issued).trim().to_owned())
    }

    fn json(&self, arguments: &[&str]) -> Result<Value> {
        let printed = self.output(arguments)?;
        serde_json::from_slice(&printed)
            .with_context(|| format!("`buhphone-cloud {}` printed no JSON", arguments.join(" ")))
    }

    fn output(&self, arguments: &[&str]) -> Result<Vec<u8>> {
        let output = self.command().env("BUHPHONE_LOG", "warn").args(arguments).stderr(Stdio::inherit()).output()?;
        if !output.status.success() {
            bail!("`buhphone-cloud {}` failed: {}", arguments.join(" "), output.status);
        }
        Ok(output.stdout)
    }
}

/// Where the program's window appears.
enum Session {
    /// The desktop this runs in; only the autostart entry is kept apart.
    Real,
    Virtual {
        desktop: Box<Desktop>,
        picture: PathBuf,
    },
}

impl Session {
    fn start(options: &Options, demo: &Path) -> Result<Self> {
        let real = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| set(name)) && set("DBUS_SESSION_BUS_ADDRESS");
        if real && !options.headless {
            return Ok(Self::Real);
        }
        say("starting a virtual display with its own keyring");
        let pictures = root().join("output/pictures");
        fs::create_dir_all(&pictures)?;
        let desktop = Box::new(Desktop::start(&demo.join("home"))?);
        Ok(Self::Virtual { desktop, picture: pictures.join("run.png") })
    }

    fn program(&self, programs: &Programs, demo: &Path, cloud: &str) -> Result<Kept> {
        say("starting the program");
        let mut command = match self {
            Self::Real => {
                let mut command = Command::new(&programs.program);
                command.env("XDG_CONFIG_HOME", demo.join("config"));
                command
            }
            Self::Virtual { desktop, .. } => desktop.command(&programs.program),
        };
        command.env("BUHPHONE_CLOUD", cloud).env("BUHPHONE_DATA_DIR", demo.join("program")).stdin(Stdio::null());
        Kept::start("the program", &mut command)
    }

    fn picture_path(&self) -> Option<&Path> {
        match self {
            Self::Real => None,
            Self::Virtual { picture, .. } => Some(picture),
        }
    }

    fn take_picture(&self) {
        if let Self::Virtual { desktop, picture } = self
            && let Err(error) = desktop.picture(picture)
        {
            say(format_args!("{error:#}"));
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "whether there is a desktop is told by the environment")]
fn set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty())
}
