//! A network that is not there, comes and goes, does not know names, or lets out through a proxy only:
//! the program says so, storms nobody, and goes on by itself once it can.
//! The link is a real one, in a network namespace of its own; this takes root, as setting a link up does.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    process::Command,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use buhphone_protocol::telemetry::FailureKind;
use buhphone_tests::{
    cloud::Cloud,
    office::{
        Fault, Office,
        Passing::{Alone, ByClick},
    },
    panel::Panel,
    program::{Computer, until},
    road::{Manner, Road, answer},
};

const MORNING: &str = "2026-11-23T06:00:12Z";

/// The cloud's name, which no server of names knows.
const NAME: &str = "cloud.buhphone.test";

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_comes_up_is_noticed_and_the_launch_authorizes_by_itself() -> Result<()> {
    let link = Link::new(1)?;
    let cloud = Cloud::start(MORNING.parse()?).await?;
    let user = cloud.register("Смирнова").await?;
    let road = Road::from(link.here(), cloud.address(), None)?;
    let home = tempfile::tempdir()?;
    let computer = Computer::new(home.path(), &format!("http://{}", road.address))?;
    computer.connect(&cloud.issue_code(user).await?.code).await?;
    let computer = computer.through(link.inside());
    let panel = Panel::start(&computer.desktop).await?;
    let says = async |text: &str| Ok(panel.menu().await?.first().is_some_and(|(_, line, _)| line == text));
    let count = async || Ok::<_, anyhow::Error>(cloud.history(user).await?.authorizations.len());

    // Switched on with the cable out.
    let _program = computer.start(&["--hidden"])?;
    until("the tray", async || says("Бухфон: авторизован сегодня, сейчас нет связи").await).await?;
    ensure!(count().await? == 1, "nothing can have been counted");
    link.up()?;
    until("the launch's authorization", async || Ok(count().await? == 2)).await?;
    until("the tray", async || says("Бухфон: авторизован сегодня").await).await?;
    let told = cloud.history(user).await?.failures;
    ensure!(told.iter().all(|failure| failure.kind == FailureKind::Connect) && !told.is_empty(), "{told:?}");

    // The cable falls out and in again: what listened is not trusted to have lived through it.
    until("the live link", async || Ok(!road.times_of("/events").is_empty())).await?;
    let before = road.times_of("/events").len();
    link.down()?;
    link.up()?;
    until("a new live link", async || Ok(road.times_of("/events").len() > before)).await?;
    ensure!(count().await? == 2, "a network that returned is no new day");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_flaps_is_no_storm() -> Result<()> {
    let link = Link::new(2)?;
    link.up()?;
    let cloud = Cloud::start(MORNING.parse()?).await?;
    let user = cloud.register("Смирнова").await?;
    let road = Road::from(link.here(), cloud.address(), None)?;
    let home = tempfile::tempdir()?;
    let computer = Computer::new(home.path(), &format!("http://{}", road.address))?;
    computer.connect(&cloud.issue_code(user).await?.code).await?;
    let before = road.taken().len();
    // Nothing succeeds either, so that everything is tried again.
    road.behave(Manner::Answers(answer("500 Internal Server Error", "", "")));
    let computer = computer.through(link.inside());
    let program = computer.start(&["--hidden"])?;
    until("the first call", async || Ok(road.taken().len() > before)).await?;
    for _ in 0..FLAPS {
        link.down()?;
        link.up()?;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let calls = road.taken().split_off(before);
    let (authorizations, others): (Vec<_>, Vec<_>) = calls.iter().partition(|call| call.line.ends_with("/authorize"));
    // At once, then after 5, 10 and 20 seconds, each a quarter sooner at most, however long the flaps took.
    ensure!(!authorizations.is_empty(), "{calls:?}");
    for (attempt, two) in authorizations.windows(2).enumerate() {
        let least = Duration::from_millis(3750) * (1 << attempt);
        ensure!(two[1].at - two[0].at >= least, "sooner than after {least:?}: {calls:?}");
    }
    // Settling takes two seconds, and what was heard of is followed by two looks at most: one a second.
    let flapped = calls.last().zip(calls.first()).map_or(Duration::ZERO, |(last, first)| last.at - first.at);
    ensure!(others.len() as u64 <= flapped.as_secs() + 2, "{calls:?}");
    ensure!(cloud.history(user).await?.authorizations.len() == 1, "nothing can have been counted");

    road.behave(Manner::Passes);
    until("the launch's authorization", async || Ok(cloud.history(user).await?.authorizations.len() == 2)).await?;
    drop(program);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_does_not_resolve_and_then_does() -> Result<()> {
    let names = tempfile::tempdir()?;
    let (hosts, servers) = (names.path().join("hosts"), names.path().join("resolv.conf"));
    let unknown = || Ok(std::fs::write(&hosts, "127.0.0.1 localhost\n")?);
    let known = || Ok(std::fs::write(&hosts, format!("127.0.0.1 localhost {NAME}\n"))?);
    unknown()?;
    // Nobody answers there, and says so at once.
    std::fs::write(&servers, "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")?;
    let mounts = "mount --bind \"$0\" /etc/hosts && mount --bind \"$1\" /etc/resolv.conf && shift && exec \"$@\"";
    let through = ["unshare", "--mount", "sh", "-c", mounts].map(Into::into).into_iter();
    let through = through.chain([hosts.clone().into_os_string(), servers.into_os_string()]);

    let office = Office::where_the_cloud_is(NAME, |road| format!("https://{NAME}:{}", road.address.port())).await?;
    let mut office = office.furnished(|computer| computer.through(through));
    let connecting = Fault {
        begin: &unknown,
        end: &known,
        said: "Нет связи с облаком. Проверьте интернет. Код сохранён",
        passing: Alone,
        name: "dns",
    };
    office.connect(&connecting).await?;
    let said = "Нет интернета. Проверьте подключение: как только оно появится, программа авторизуется сама.";
    office.morning(&Fault { said, ..connecting }).await?;
    office.told(FailureKind::Dns).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_environments_proxy_is_the_only_way_out() -> Result<()> {
    let office = Office::where_the_cloud_is(NAME, |_| format!("https://{NAME}")).await?;
    let proxy = Road::to(office.road.address, None)?;
    let mut office = office.furnished(|computer| computer.with("HTTPS_PROXY", format!("http://{}", proxy.address)));
    office.connect_well().await?;
    office.good_morning().await?;
    let asked = proxy.taken();
    ensure!(asked.iter().all(|call| call.line == format!("CONNECT {NAME}:443")), "{asked:?}");
    ensure!(asked.len() >= office.road.taken().len(), "something went past the proxy: {asked:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_is_wrong_is_named() -> Result<()> {
    let office = Office::where_the_cloud_is(NAME, |_| format!("https://{NAME}")).await?;
    let proxy = Arc::new(Road::to(office.road.address, None)?);
    let mut office = office.furnished(|computer| computer.with("HTTPS_PROXY", format!("http://{}", proxy.address)));
    let behave = |manner: Manner| {
        let proxy = proxy.clone();
        move || {
            proxy.behave(manner.clone());
            Ok(())
        }
    };
    let page = "<html>Доступ запрещён</html>";
    let demand = answer("407 Proxy Authentication Required", "proxy-authenticate: Negotiate\r\n", "");
    let pass = behave(Manner::Passes);
    let wrong = Fault {
        begin: &behave(Manner::Refuses),
        end: &pass,
        said: "Программу не пропускает прокси-сервер или страница входа в сеть.",
        passing: ByClick,
        name: "proxy-refuses",
    };
    office.connect(&wrong).await?;
    let demands = behave(Manner::Answers(demand));
    office.morning(&Fault { begin: &demands, name: "proxy-demands", passing: Alone, ..wrong }).await?;
    let shows = behave(Manner::Answers(answer("200 OK", "content-type: text/html\r\n", page)));
    office.morning(&Fault { begin: &shows, name: "proxy-page", passing: Alone, ..wrong }).await?;
    office.told(FailureKind::Proxy).await
}

/// More than a bad cable makes in half a minute.
const FLAPS: usize = 25;

/// A cable between this computer and a network namespace, out at first; both go with it.
struct Link {
    namespace: String,
    cable: String,
    place: u8,
}

impl Link {
    /// `place` tells this process's links apart.
    fn new(place: u8) -> Result<Self> {
        let number = std::process::id() % 250;
        let namespace = format!("buhphone-{}-{place}", std::process::id());
        // Fifteen characters at most.
        let cable = format!("bp{}-{place}", std::process::id());
        let link = Self { namespace, cable, place: u8::try_from(number)?.wrapping_mul(2).wrapping_add(place) };
        ip(&["netns", "add", &link.namespace]).context("a network namespace (this takes root)")?;
        ip(&["link", "add", &link.cable, "type", "veth", "peer", "name", "inside", "netns", &link.namespace])?;
        ip(&["address", "add", &format!("{}/30", link.address(1)), "dev", &link.cable])?;
        ip(&["link", "set", &link.cable, "up"])?;
        ip(&["-n", &link.namespace, "link", "set", "lo", "up"])?;
        Ok(link)
    }

    fn address(&self, host: u8) -> IpAddr {
        // A range set aside for tests of networks.
        Ipv4Addr::new(198, 18, self.place, host).into()
    }

    /// This end, where a road may begin.
    fn here(&self) -> SocketAddr {
        SocketAddr::new(self.address(1), 0)
    }

    /// What starts a program on the other end.
    fn inside(&self) -> [String; 4] {
        ["ip", "netns", "exec", &self.namespace].map(str::to_owned)
    }

    /// The cable is in, and the address is given anew.
    fn up(&self) -> Result<()> {
        ip(&["-n", &self.namespace, "link", "set", "inside", "up"])?;
        ip(&["-n", &self.namespace, "address", "replace", &format!("{}/30", self.address(2)), "dev", "inside"])
    }

    /// The cable is out, and the address is taken away.
    fn down(&self) -> Result<()> {
        ip(&["-n", &self.namespace, "address", "flush", "dev", "inside"])?;
        ip(&["-n", &self.namespace, "link", "set", "inside", "down"])
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        let _ = ip(&["link", "delete", &self.cable]);
        let _ = ip(&["netns", "delete", &self.namespace]);
    }
}

fn ip(arguments: &[&str]) -> Result<()> {
    let done = Command::new("ip").args(arguments).output().context("ip (iproute2)")?;
    ensure!(done.status.success(), "ip {}: {}", arguments.join(" "), String::from_utf8_lossy(&done.stderr));
    Ok(())
}
