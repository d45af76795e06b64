// Made from the Rust types by `cargo xtask types`; do not edit.

export type Origin = "login" | "person" | "link" | "unknown";

export type Trigger = "activation" | "launch" | "new_day" | "resume" | "network" | "person" | "unknown";

export type Attended = "yes" | "no" | "unknown";

export type Autostart = "on" | "off" | "off_by_person" | "foreign" | "unknown";

export type FailureKind = "dns" | "connect" | "tls" | "clock" | "proxy" | "timeout" | "unavailable" | "refused" | "keyring" | "key_lost" | "day_ended" | "other";

export type PartnerId = string;

export type ClientId = string;

export type UserId = string;

export type CategoryId = string;

export type StaffId = string;

export type DeviceId = string;

export type CodeId = string;

export type WireError = { code: ErrorCode, 
/**
 * One plain sentence: what is wrong and where. English; interfaces word it themselves by `code`.
 */
message: string, 
/**
 * The input field at fault, as named in the request (`inn`, `its_until`), if one is.
 */
field?: string, };

export type ErrorCode = "invalid" | "not_found" | "conflict" | "too_large" | "slow_down" | "signed_out" | "wrong_password" | "forbidden" | "code_unknown" | "code_used" | "code_expired" | "code_revoked" | "signature_invalid" | "signature_stale" | "signature_replayed" | "device_unknown" | "device_disconnected" | "user_archived" | "unavailable" | "unknown";

export type Inn = string;

export type SignIn = { email: string, password: string, };

export type Session = { staff_id: StaffId, name: string, email: string, role: Role, partner_id: PartnerId, partner: string, 
/**
 * IANA zone of the partner's days; all dates of the cabinet are in it.
 */
zone: string, 
/**
 * The cloud's time.
 */
now: string, 
/**
 * The partner's civil date now: `2026-11-23`.
 */
today: string, };

export type Role = "administrator" | "client_manager" | "specialist";

export type Category = { category_id: CategoryId, name: string, };

export type CategoryDraft = { name: string, };

export type ClientDraft = { 
/**
 * 1–200 characters.
 */
name: string, 
/**
 * Ten or twelve digits with their control digits; empty text for none.
 */
inn: string, };

export type Client = { client_id: ClientId, name: string, inn: Inn | null, archived: boolean, 
/**
 * Users not archived.
 */
users: number, 
/**
 * Of these, users with a connected computer.
 */
connected: number, };

export type UserDraft = { 
/**
 * 1–100 characters.
 */
surname: string, 
/**
 * 0–100 characters, as is the patronymic.
 */
name: string, patronymic: string, category_id: CategoryId, 
/**
 * «Пользователь 1С».
 */
uses_1c: boolean, 
/**
 * `2015`, `31.12.2015`, `2015-12-31`, or empty.
 */
its_until: string, email: string, phone: string, };

export type User = { user_id: UserId, client_id: ClientId, client: string, surname: string, name: string, patronymic: string, category_id: CategoryId, category: string, uses_1c: boolean, its_until: string | null, email: string, phone: string, archived: boolean, 
/**
 * Computers connected now.
 */
devices: number, last_authorization: string | null, };

export type Page<T> = { rows: Array<T>, 
/**
 * Rows of all pages.
 */
total: number, page: number, page_size: number, };

export type UserCard = { user: User, codes: Array<IssuedCode>, devices: Array<Device>, 
/**
 * Newest first, at most fifty.
 */
authorizations: Array<AuthorizationRow>, 
/**
 * Newest first, at most fifty.
 */
launches: Array<LaunchRow>, 
/**
 * Failures told with the last authorization of each computer.
 */
failures: Array<FailureRow>, };

export type IssuedCode = { code_id: CodeId, state: CodeState, 
/**
 * Name of who issued it; empty if the person is gone.
 */
issued_by: string, issued_at: string, expires_at: string, used_at: string | null, };

export type CodeState = "active" | "used" | "expired" | "revoked";

export type NewCode = { issued: IssuedCode, 
/**
 * `4821-0937-5526`; cannot be shown again.
 */
code: string, 
/**
 * `buhphone://connect?code=…&cloud=…`: opens the program.
 */
link: string, 
/**
 * The link as a QR picture, SVG.
 */
qr_svg: string, };

export type Device = { device_id: DeviceId, computer: string, system: string, program: string, autostart: Autostart, activated_at: string, last_authorization: string | null, disconnected_at: string | null, 
/**
 * A copied disk or a restored backup was noticed.
 */
cloned_at: string | null, };

export type AuthorizationRow = { at: string, computer: string, trigger: Trigger, attended: Attended, };

export type LaunchRow = { 
/**
 * By the computer's clock.
 */
started_at: string, 
/**
 * By the cloud's: when it was told.
 */
told_at: string, computer: string, origin: Origin, 
/**
 * It authorized. Otherwise it could not reach the cloud.
 */
authorized: boolean, };

export type FailureRow = { computer: string, kind: FailureKind, count: number, first_at: string, last_at: string, };

export type ReportQuery = { from: string, to: string, authorized: Filter, search: string, sort: Column, descending: boolean, page: number, };

export type Filter = "all" | "yes" | "no";

export type Column = "default" | "its_until" | "uses1c" | "category" | "last_authorization" | "authorized" | "client" | "user" | "reason" | "last_contact";

export type Report = { rows: Array<ReportRow>, 
/**
 * Rows the filter and the search leave, on all pages.
 */
total: number, 
/**
 * Of the users the search leaves, whatever the filter: authorized in the period.
 */
authorized: number, 
/**
 * Likewise, not authorized in the period.
 */
not_authorized: number, page: number, page_size: number, 
/**
 * IANA zone the period and the printed dates are in.
 */
zone: string, 
/**
 * The cloud's time at which the report is true.
 */
made_at: string, };

export type ReportRow = { user_id: UserId, client_id: ClientId, 
/**
 * «Дата»: end of the 1С:ИТС contract, `2015`, `31.12.2015` or empty.
 */
its_until: string, 
/**
 * «Пользователь 1С».
 */
uses_1c: boolean, 
/**
 * «Категория Пользователя».
 */
category: string, 
/**
 * «Дата последней авторизации»: `03.09.2013 4:03:05`, or empty. The last one
 * ever up to now, inside the period or not.
 */
last_authorization: string, 
/**
 * «Авторизация в отчетный период».
 */
authorized: boolean, client: string, user: string, reason: LikelyReason | null, 
/**
 * The last time staff dealt with the user, printed as above, or empty.
 */
last_contact: string, };

export type LikelyReason = { "kind": "not_invited" } | { "kind": "code_not_used" } | { "kind": "code_lapsed" } | { "kind": "disconnected" } | { "kind": "archived" } | { "kind": "connected_later" } | { "kind": "unreachable", failure: FailureKind | null, } | { "kind": "autostart_off" } | { "kind": "autostart_off_by_person" } | { "kind": "silent" };
