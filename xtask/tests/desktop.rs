//! The private session that everything with a window runs in.

use xtask::desktop::Desktop;

#[test]
fn a_session_has_a_display_and_an_unlocked_keyring_of_its_own() {
    let home = tempfile::tempdir().unwrap();
    let desktop = Desktop::start(home.path()).unwrap();

    let stored = desktop
        .command("sh")
        .args(["-c", "printf secret | secret-tool store --label=x service buhphone-session && secret-tool lookup service buhphone-session"])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&stored.stdout), "secret", "{}", String::from_utf8_lossy(&stored.stderr));

    let picture = home.path().join("display.png");
    desktop.picture(&picture).unwrap();
    assert!(picture.metadata().unwrap().len() > 0);

    desktop.lock_keyring().unwrap();
    let locked =
        desktop.command("sh").args(["-c", "timeout 2 secret-tool lookup service buhphone-session"]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&locked.stdout), "");
}
