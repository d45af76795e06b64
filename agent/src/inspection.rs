//! Looks at what a self-check judges: asks the road, the keyring, the system and the disk, all at
//! once, each within its own patience. Decides nothing.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use directories::UserDirs;
use tokio::{join, task::spawn_blocking};

use crate::{
    driver::Ports,
    ports::{CallError, Place, VaultError},
    self_check::{Disk, Found, Inspection, Key},
};

/// Written, made durable and removed again: a page of the disk.
const SAMPLE: [u8; 4096] = [0; 4096];

/// Names tried for a report before it is given up: as many as a person clicks within a second.
const NAMES_MAX: u32 = 100;

/// Asked while no key was made: whether the keyring answers at all.
const NO_KEY: &str = "self-check";

/// Everything that is to be looked at.
pub async fn inspect(ports: &Ports, inspection: &Inspection) -> Found {
    let Ports { clock, cloud, vault, host, place, .. } = ports;
    cloud.use_address(inspection.cloud.clone());
    let name = inspection.key_name.as_deref();
    let key = async {
        match (vault.public_key(name.unwrap_or(NO_KEY)).await, name) {
            (Ok(_), _) => Key::Kept { refused: None },
            (Err(VaultError::NoKey), None) => Key::NotMade,
            (Err(VaultError::NoKey), Some(_)) => Key::Gone,
            (Err(VaultError::NotReady(detail)), _) => Key::NotReady { detail },
        }
    };
    let (road, key, autostart, disk) = join!(cloud.road(), key, host.autostart(), place.disk());
    let key = match (key, name) {
        (Key::Kept { .. }, Some(name)) if road.failure.is_none() => {
            cloud.use_key(name);
            let refused = match cloud.standing().await {
                Err(CallError::Refused { code, .. }) => Some(code),
                Ok(_) | Err(CallError::Unreached { .. } | CallError::Vault(_)) => None,
            };
            Key::Kept { refused }
        }
        (key, _) => key,
    };
    Found { checked_at: clock.now().wall, road, key, autostart, disk }
}

/// The folders of this account.
pub struct ThisAccount {
    data: PathBuf,
}

impl ThisAccount {
    /// `data` is where the program keeps its state.
    #[must_use]
    pub fn new(data: PathBuf) -> Self {
        Self { data }
    }
}

#[async_trait]
impl Place for ThisAccount {
    async fn disk(&self) -> Disk {
        let folder = self.data.clone();
        let looked = spawn_blocking(move || {
            let failure = write_sample(&folder).err().map(|error| error.to_string());
            Disk { folder: folder.display().to_string(), free_bytes: fs4::available_space(&folder).ok(), failure }
        });
        looked.await.unwrap_or_else(|error| Disk {
            folder: self.data.display().to_string(),
            free_bytes: None,
            failure: Some(error.to_string()),
        })
    }

    async fn save_report(&self, name: &str, text: &str) -> Result<String, String> {
        let (name, text) = (name.to_owned(), text.to_owned());
        let saved = spawn_blocking(move || save_report(&name, &text)).await;
        saved.map_err(|error| error.to_string())?.map_err(|error| error.to_string())
    }
}

fn write_sample(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    // Two programs may check themselves at once.
    let path = folder.join(format!("self-check-{}.tmp", std::process::id()));
    let mut file = File::create(&path)?;
    let written = file.write_all(&SAMPLE).and_then(|()| file.sync_all());
    drop(file);
    fs::remove_file(path)?;
    written
}

/// Where downloads go, else where documents are, else at home.
fn save_report(name: &str, text: &str) -> io::Result<String> {
    let home = UserDirs::new().ok_or_else(|| io::Error::other("the account has no home folder"))?;
    let folders = [home.download_dir(), home.document_dir(), Some(home.home_dir())];
    let folder = folders.into_iter().flatten().find(|folder| folder.is_dir());
    let folder = folder.ok_or_else(|| io::Error::other("there is no folder to save into"))?;
    let (mut file, path) = create_new(folder, name)?;
    // Editors of old Windows take a text without the mark for another encoding.
    file.write_all("\u{feff}".as_bytes())?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    Ok(path.display().to_string())
}

/// Never over a file that is there.
fn create_new(folder: &Path, name: &str) -> io::Result<(File, PathBuf)> {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, "txt"));
    for number in 1..=NAMES_MAX {
        let name = if number == 1 { name.to_owned() } else { format!("{stem} ({number}).{extension}") };
        let path = folder.join(name);
        match File::create_new(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => return Ok((made?, path)),
        }
    }
    Err(io::Error::from(io::ErrorKind::AlreadyExists))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_never_takes_the_place_of_another() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let name = "Бухфон, самопроверка 2026-11-25 12-00-00.txt";
        let made = [(); 3].map(|()| create_new(folder.path(), name).expect("it is made").1);
        let names = made.map(|path| path.file_name().expect("a name").to_string_lossy().into_owned());
        assert_eq!(names[1], "Бухфон, самопроверка 2026-11-25 12-00-00 (2).txt");
        assert_eq!(names[2], "Бухфон, самопроверка 2026-11-25 12-00-00 (3).txt");
    }

    #[test]
    fn a_folder_that_takes_no_file_says_so() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let data = home.path().join("Данные");
        write_sample(&data).expect("it is made and written");
        assert_eq!(fs::read_dir(&data).expect("it is there").count(), 0, "nothing is left");
        let occupied = home.path().join("occupied");
        fs::write(&occupied, "").expect("a file");
        assert!(write_sample(&occupied.join("data")).is_err());
    }
}
