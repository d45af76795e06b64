//! What every call of a device signs, by HTTP Message Signatures (RFC 9421).
//!
//! Both sides read these constants, so that what one covers the other demands.
//! Signing and verifying themselves live with the keys.

/// The components every signature covers, in this order. The digest covers the body (RFC 9530).
pub const COVERED: [&str; 4] = ["@method", "@path", "@query", "content-digest"];

/// The signature's label in the `Signature` and `Signature-Input` headers.
pub const LABEL: &str = "buhphone";

/// The signature's algorithm (RFC 9421, 3.3.6).
pub const ALGORITHM: &str = "ed25519";

/// How far `created` may lie from the cloud's time, either way, in seconds.
/// Wide enough for a slow office proxy, narrow enough to keep few nonces.
pub const TOLERANCE_S: i64 = 300;

/// Random bytes of a nonce: enough that two never meet.
pub const NONCE_BYTES: usize = 16;
