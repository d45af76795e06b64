// Made from the Rust types by `cargo xtask types`; do not edit.

export type Origin = "login" | "person" | "link" | "from_1c" | "unknown";

export type Trigger = "activation" | "launch" | "new_day" | "resume" | "network" | "person" | "unknown";

export type Attended = "yes" | "no" | "unknown";

export type Autostart = "on" | "off" | "off_by_person" | "forbidden" | "foreign" | "unknown";

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
today: string, 
/**
 * Where the program is downloaded, if the operator set it.
 */
program_url?: string, 
/**
 * The partner's telephone, as its clients see it; may be empty.
 */
partner_phone: string, 
/**
 * The partner's last change: what a page asks for from now on it follows from here, and misses nothing.
 */
last_change: number, 
/**
 * The cloud can send letters.
 */
mail: boolean, };

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
 * Everything personal was erased on the person's demand; the row stays for the counts.
 */
erased: boolean, 
/**
 * Computers connected now.
 */
devices: number, last_authorization: string | null, 
/**
 * The newest code, if there ever was one.
 */
code: UserCode | null, };

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
failures: Array<FailureRow>, 
/**
 * What was changed of the user and by whom, newest first, at most fifty.
 */
edits: Array<Edit>, };

export type IssuedCode = { code_id: CodeId, state: CodeState, 
/**
 * Name of who issued it; empty if the person is gone.
 */
issued_by: string, issued_at: string, expires_at: string, used_at: string | null, story: CodeStory, };

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
 * The program was uninstalled there, and has not been heard since.
 */
removed_at: string | null, 
/**
 * A copied disk or a restored backup was noticed.
 */
cloned_at: string | null, 
/**
 * When a key was last approved in place of a lost one.
 */
reconnected_at: string | null, 
/**
 * Name of who approved it.
 */
reconnected_by: string, };

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

export type Edit = { at: string, 
/**
 * Name of who did it, as it was then.
 */
by: string, action: EditAction, 
/**
 * Field by field; none where nothing but the action is to be told.
 */
changes: Array<FieldChange>, };

export type EditAction = "changed" | "archived" | "restored" | "handed_over" | "erased" | "unknown";

export type FieldChange = { field: string, before: string, after: string, };

export type CategoryRow = { category_id: CategoryId, name: string, 
/**
 * Not offered for new users; those that have it keep it.
 */
archived: boolean, 
/**
 * Users not archived that have it.
 */
users: number, };

export type CategoryOrder = { category_ids: Array<CategoryId>, };

export type MergeInto = { category_id: CategoryId, };

export type HandOver = { user_id: UserId, };

export type Erase = { 
/**
 * The person's surname, typed by whoever erases.
 */
surname: string, };

export type CodeStory = { letter: CodeLetter | null, 
/**
 * The page behind its letter or card was opened first.
 */
opened_at: string | null, 
/**
 * Attempts to connect by it that were refused: on a second computer, after its end.
 */
tries: number, 
/**
 * The last of them.
 */
tried_at: string | null, 
/**
 * The computer it was used on; empty before.
 */
computer: string, };

export type CodeLetter = { 
/**
 * The address; empty where it was erased.
 */
to: string, state: LetterState, 
/**
 * When it came into this state.
 */
at: string, 
/**
 * What the mail server answered last, in its own words; empty when nothing was wrong.
 */
error: string, };

export type LetterState = "waiting" | "sent" | "failed" | "withdrawn" | "unknown";

export type UserCode = { code_id: CodeId, issued_at: string, expires_at: string, revoked_at: string | null, used_at: string | null, story: CodeStory, };

export type CodeFilter = "needed" | "never" | "active" | "undelivered" | "used" | "expired" | "revoked";

export type IssueCodes = { user_ids: Array<UserId>, found: FoundUsers | null, 
/**
 * Also those whose code could still be used: it is withdrawn.
 */
replace: boolean, };

export type FoundUsers = { search: string, client_id: ClientId | null, code: CodeFilter | null, };

export type IssuedCodes = { issued: Array<CodeOf>, skipped: Array<SkippedUser>, };

export type CodeOf = { code_id: CodeId, user_id: UserId, user: string, client: string, 
/**
 * Empty: no letter can be sent.
 */
email: string, 
/**
 * `4821-0937-5526`.
 */
code: string, expires_at: string, };

export type SkippedUser = { user_id: UserId, user: string, client: string, why: WhySkipped, };

export type WhySkipped = "archived" | "erased" | "has_code";

export type ShownCodes = { codes: Array<ShownCode>, };

export type ShownCode = { code_id: CodeId, code: string, };

export type LettersPosted = { posted: number, 
/**
 * These have no address.
 */
without_address: Array<UserId>, };

export type LetterWords = { 
/**
 * 1–200 characters.
 */
subject: string, 
/**
 * 1–5,000 characters, among them `{код}` or `{ссылка}`.
 */
text: string, };

export type OpenedCode = { code: string, };

export type CodePage = { partner: string, 
/**
 * The partner's telephone; may be empty.
 */
phone: string, expires_at: string, 
/**
 * IANA zone of the partner's days.
 */
zone: string, 
/**
 * Opens the program with the code.
 */
link: string, program_url?: string, };

export type RequestId = string;

export type MessageId = string;

export type RequestKind = "ordinary" | "trial" | "callback" | "staff" | "unknown";

export type RequestState = "waiting" | "answered" | "closed" | "unknown";

export type Request = { request_id: RequestId, kind: RequestKind, state: RequestState, 
/**
 * The cloud's time.
 */
opened_at: string, 
/**
 * For a callback: the number to call.
 */
phone?: string, };

export type Author = { "kind": "user" } | { "kind": "staff", name: string, } | { "kind": "line", name: string, };

export type Message = { message_id: MessageId, request_id: RequestId, author: Author, 
/**
 * Plain text; line breaks are kept. May be empty only in the first message of a trial or a callback.
 */
text: string, 
/**
 * The cloud's time of recording.
 */
recorded_at: string, 
/**
 * The other side has it: a computer of the user, or an open cabinet.
 */
delivered_at: string | null, 
/**
 * The other side had the conversation open.
 */
read_at: string | null, };

export type RequestRow = { request: Request, user_id: UserId, user: string, client: string, 
/**
 * The beginning of the last message of a person, at most 200 characters.
 */
last_text: string, last_at: string, 
/**
 * The user's messages that nobody of the staff has read.
 */
unread: number, 
/**
 * Staff's messages the user has no computer to have received yet.
 */
undelivered: number, };

export type RequestCard = { request: Request, user: User, 
/**
 * The user's program is connected now.
 */
online: boolean, messages: Array<Message>, 
/**
 * The visit this test request belongs to.
 */
visit: CodeId | null, };

export type Reply = { 
/**
 * UUIDv7 made by the page.
 */
message_id: MessageId, text: string, };

export type FirstMessage = { request_id: RequestId, message_id: MessageId, text: string, };

export type ReadUpTo = { up_to: MessageId, };

export type RequestCounts = { waiting: number, waiting_trial: number, unread: number, unread_trial: number, };

export type LiveEvent = { seq: number, about: LiveAbout, };

export type LiveAbout = { "kind": "hello" } | { "kind": "request", request_id: RequestId, user_id: UserId, from_user: boolean, trial: boolean, } | { "kind": "visit", code_id: CodeId, } | { "kind": "reconnection", reconnection_id: ReconnectionId, user_id: UserId, asked: boolean, };

export type ReconnectionId = string;

export type ReconnectionRow = { reconnection_id: ReconnectionId, user_id: UserId, user: string, client_id: ClientId, client: string, device_id: DeviceId, 
/**
 * The computer's name as it was known.
 */
known_as: string, 
/**
 * As it tells itself now.
 */
computer: string, system: string, program: string, 
/**
 * Whether it is the machine that was known; none where one of the two did not tell.
 */
same_machine: boolean | null, 
/**
 * The computer's last authorization, by the cloud's clock.
 */
last_authorization: string | null, asked_at: string, };

export type LineSettings = { 
/**
 * 1–100 characters: «Линия консультаций».
 */
name: string, 
/**
 * At most one row a weekday; a weekday without a row is a day off. In the partner's zone.
 */
hours: Array<DayHours>, 
/**
 * The line's own answer within its hours, 1–1000 characters.
 */
answer_open: string, 
/**
 * And outside them.
 */
answer_closed: string, 
/**
 * A person answers or calls back within so many minutes of working time, 1–1440.
 */
promise_minutes: number, };

export type DayHours = { 
/**
 * 1 is Monday.
 */
weekday: number, 
/**
 * `09:00`.
 */
from: string, 
/**
 * `18:00`, later than `from`; `24:00` is the day's end.
 */
to: string, };

export type LineCard = { name: string, hours: Array<DayHours>, open_now: boolean, 
/**
 * When it opens next, if it is closed and opens at all.
 */
opens_at: string | null, promise_minutes: number, 
/**
 * The time by which a callback asked for now is promised.
 */
promised_at: string | null, };

export type VisitStep = "connected" | "authorized" | "autostart" | "test_sent" | "confirmed" | "answered" | "unknown";

export type Visit = { 
/**
 * Known by its code.
 */
code_id: CodeId, user_id: UserId, user: string, client: string, 
/**
 * Who issued the code.
 */
issued_by: string, issued_at: string, device_id: DeviceId | null, computer: string, system: string, program: string, 
/**
 * In the order of the steps; a step not there has not happened.
 */
steps: Array<VisitStepRow>, 
/**
 * The test request, once it is sent.
 */
request_id: RequestId | null, 
/**
 * From the code being entered to the line's confirmation, when complete.
 */
took_ms: number | null, };

export type VisitStepRow = { step: VisitStep, 
/**
 * The cloud's time.
 */
at: string, elapsed_ms: number, 
/**
 * Why the last attempt failed; none when the step is done.
 */
failed: string | null, };

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

export type LikelyReason = { "kind": "not_invited" } | { "kind": "code_not_used" } | { "kind": "code_lapsed" } | { "kind": "disconnected" } | { "kind": "removed" } | { "kind": "archived" } | { "kind": "connected_later" } | { "kind": "unreachable", failure: FailureKind | null, } | { "kind": "autostart_off" } | { "kind": "autostart_off_by_person" } | { "kind": "autostart_forbidden" } | { "kind": "silent" };
