//! The public half of a device's key: Ed25519, 32 bytes, base64 (RFC 4648) on the wire.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A device's public key as base64 text. It is also the `keyid` of every signature.
/// Parsing it is the verifier's business.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(transparent)]
pub struct PublicKey(pub String);
