//! What the program has left on the computer and at the cloud, for who uninstalls it.

use url::Url;

use super::{Machine, reconnection::Wish};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaving {
    /// Where the computer belongs.
    pub cloud: Url,
    /// The key it is known by; none while none is connected.
    pub device_key: Option<String>,
    /// All that may be in the keyring, the device's too.
    pub keys: Vec<String>,
}

impl Machine {
    #[must_use]
    pub fn leaving(&self) -> Leaving {
        let device_key = self.saved.device.as_ref().map(|device| device.key_name.clone());
        let enrolment = self.saved.enrolment.as_ref().map(|enrolment| enrolment.key_name.clone());
        let wish = match &self.saved.reconnection {
            Some(Wish::Waiting { key_name, .. }) => Some(key_name.clone()),
            Some(Wish::Refused) | None => None,
        };
        let keys = [device_key.clone(), enrolment, wish, self.saved.spare_key.clone()];
        Leaving { cloud: self.target(), device_key, keys: keys.into_iter().flatten().collect() }
    }
}
