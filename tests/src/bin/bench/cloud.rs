//! The cloud under measure, with so many connected computers: registered through the
//! cloud's own rules and store, on a file, before the process serves it.

use std::path::Path;

use anyhow::Result;
use buhphone_cloud::{rules::passwords, store::sql::SqlStore};
use buhphone_protocol::ids::PartnerId;
use buhphone_tests::register::{self, EMAIL};

use crate::{device::Device, server::Server};

pub(crate) struct Cloud {
    pub(crate) server: Server,
    pub(crate) devices: Vec<Device>,
    pub(crate) email: &'static str,
    pub(crate) password: String,
    folder: tempfile::TempDir,
}

impl Cloud {
    /// Its folder is beside the built programs: on a disk, where what is durable has its price.
    pub(crate) async fn start(program: &Path, devices: usize) -> Result<Self> {
        Self::start_with(program, None, devices, async |_, _, _| Ok(())).await
    }

    /// On `database` instead of a file, if there is one; `before` has the store before it is served.
    pub(crate) async fn start_with(
        program: &Path,
        database: Option<&str>,
        devices: usize,
        before: impl AsyncFnOnce(&SqlStore, PartnerId, &[Device]) -> Result<()>,
    ) -> Result<Self> {
        let folder =
            tempfile::Builder::new().prefix("cloud-").tempdir_in(std::env::current_exe()?.with_file_name(""))?;
        let file = format!("sqlite:{}", folder.path().join("cloud.sqlite").display());
        let url = database.unwrap_or(&file);
        SqlStore::migrate(url).await?;
        let store = SqlStore::open(url).await?;
        let password = passwords::generate();
        let (partner_id, devices) = register::register(&store, &password, devices).await?;
        before(&store, partner_id, &devices).await?;
        store.close().await;
        let server = Server::cloud_on(program, folder.path(), database).await?;
        Ok(Self { server, devices, email: EMAIL, password, folder })
    }

    /// Where its data is.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }
}
