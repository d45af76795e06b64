//! The operator's commands. What a program reads goes to standard output.
//! Errors and the log go to standard error; a password is printed once.

use anyhow::{Context, Result, bail};
use buhphone_cloud::{
    rules::{Rules, passwords},
    store::Partner,
};

use crate::{
    options::{Admin, Place},
    serve,
};

pub(crate) async fn run(place: &Place, command: Admin) -> Result<()> {
    let rules = serve::rules(place).await?;
    match command {
        Admin::CreatePartner { name, phone, zone } => {
            let partner = rules.create_partner(&name, &phone, &zone).await?;
            println!("{}", partner.partner_id);
        }
        Admin::CreateStaff { partner, name, email, role, password_stdin } => {
            let partner = find(&rules, &partner).await?;
            let password = Password::choose(password_stdin)?;
            rules.create_staff(partner.partner_id, &name, &email, role.into(), password.text.clone()).await?;
            password.print();
        }
        Admin::ResetPassword { email, password_stdin } => {
            let password = Password::choose(password_stdin)?;
            let reset = rules.reset_password(&email, password.text.clone()).await;
            reset.with_context(|| format!("cannot reset the password of {email}"))?;
            password.print();
        }
        Admin::ListPartners => {
            for partner in rules.partners().await? {
                let zone = partner.zone.iana_name().unwrap_or("UTC");
                println!("{}\t{}\t{}\t{zone}", partner.partner_id, partner.name, partner.phone);
            }
        }
        Admin::Demo => {
            let demo = rules.demo().await?;
            let told = serde_json::json!({
                "partner": demo.partner_id,
                "email": demo.email,
                "password": demo.password,
                "user": demo.user_id,
            });
            println!("{told}");
        }
        Admin::IssueCode { partner, user } => {
            let partner = find(&rules, &partner).await?;
            let user_id = user.parse().with_context(|| format!("«{user}» is no user's id"))?;
            let staff = rules.staff_of(partner.partner_id).await?;
            let staff =
                staff.first().with_context(|| format!("create a member of staff of «{}» first", partner.name))?;
            let issued = rules.issue_code(staff, user_id).await;
            println!("{}", issued.with_context(|| format!("cannot issue a code for the user {user}"))?.code);
        }
    }
    Ok(())
}

async fn find(rules: &Rules, wanted: &str) -> Result<Partner> {
    let mut found: Vec<Partner> = rules.partners().await?;
    found.retain(|partner| partner.name == wanted || partner.partner_id.to_string() == wanted);
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => bail!("there is no partner «{wanted}»"),
        count => bail!("there are {count} partners «{wanted}»: give the id"),
    }
}

struct Password {
    text: String,
    made_here: bool,
}

impl Password {
    fn choose(from_stdin: bool) -> Result<Self> {
        if !from_stdin {
            return Ok(Self { text: passwords::generate(), made_here: true });
        }
        let mut text = String::new();
        std::io::stdin().read_line(&mut text).context("cannot read the password from standard input")?;
        Ok(Self { text: text.trim_end_matches(['\r', '\n']).to_owned(), made_here: false })
    }

    /// Once; nobody can show it again.
    fn print(&self) {
        if self.made_here {
            println!("{}", self.text);
        }
    }
}
