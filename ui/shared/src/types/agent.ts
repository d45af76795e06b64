// Made from the Rust types by `cargo xtask types`; do not edit.

export type Origin = "login" | "person" | "link" | "from_1c" | "unknown";

export type Trigger = "activation" | "launch" | "new_day" | "resume" | "network" | "person" | "unknown";

export type Attended = "yes" | "no" | "unknown";

export type Autostart = "on" | "off" | "off_by_person" | "forbidden" | "foreign" | "unknown";

export type FailureKind = "dns" | "connect" | "tls" | "clock" | "proxy" | "timeout" | "unavailable" | "refused" | "keyring" | "key_lost" | "day_ended" | "other";

export type View = { language: Language, language_choice: LanguageChoice, stage: Stage, connection: Connection, last_authorization: LastAuthorization | null, 
/**
 * An authorization is being made now.
 */
authorizing: boolean, owner: Owner | null, autostart: Autostart, 
/**
 * What is wrong, the gravest first; empty when all is well.
 */
troubles: Array<Trouble>, 
/**
 * The last request told to the cloud, as sent.
 */
last_sent: Sent | null, 
/**
 * The program's version.
 */
version: string, 
/**
 * The cloud's address, as it was given.
 */
cloud: string, tray: Tray, talk: Talk, 
/**
 * None before an activation, and for a computer connected by an older program.
 */
visit: VisitView | null, self_check: SelfCheckView, };

export type Language = "ru" | "en";

export type LanguageChoice = "system" | "ru" | "en";

export type Stage = { "kind": "starting" } | { "kind": "not_activated", 
/**
 * From a link, grouped; a person confirms it.
 */
code: string | null, 
/**
 * From a link, when it differs from the built-in address: shown before connecting.
 */
cloud: string | null, 
/**
 * Why the last attempt failed.
 */
error: ActivationError | null, } | { "kind": "activating", step: ActivationStep, } | { "kind": "active" };

export type ActivationStep = "key" | "bind" | "authorize" | "autostart";

export type ActivationError = "code_incomplete" | "code_mistyped" | "code_unknown" | "code_used" | "code_expired" | "code_revoked" | "slow_down" | "offline" | "unavailable" | "proxy" | "tls" | "clock" | "keyring" | "refused" | "bad_link" | "bad_server";

export type Connection = { "kind": "unknown" } | { "kind": "online" } | { "kind": "offline", failure: FailureKind, };

export type LastAuthorization = { at: string, 
/**
 * `23.11.2026 9:00:12`.
 */
printed: string, 
/**
 * The partner's IANA zone, when the computer's shows another time.
 */
zone: string | null, ago: Ago, 
/**
 * It is of the partner's current day.
 */
today: boolean, };

export type Ago = { "unit": "just_now" } | { "unit": "minutes", "count": number } | { "unit": "hours", "count": number } | { "unit": "days", "count": number };

export type Owner = { partner: string, 
/**
 * May be empty.
 */
phone: string, client: string, user: string, };

export type Trouble = { "kind": "disconnected" } | { "kind": "user_archived" } | { "kind": "key_lost" } | { "kind": "reconnecting", 
/**
 * The partner has the wish; else it is on its way.
 */
told: boolean, 
/**
 * Why the cloud could not be asked just now; tried again by itself.
 */
failure: FailureKind | null, } | { "kind": "reconnection_refused" } | { "kind": "keyring_locked" } | { "kind": "not_authorized", failure: FailureKind, } | { "kind": "clock_wrong" } | { "kind": "autostart_off" } | { "kind": "autostart_off_by_person" } | { "kind": "autostart_forbidden" } | { "kind": "autostart_foreign" } | { "kind": "contract_ended" } | { "kind": "state_set_aside", file: string, } | { "kind": "state_not_saved" };

export type Sent = { 
/**
 * By the computer's clock.
 */
at: string, 
/**
 * In the computer's zone, printed as dates are: `23.11.2026 9:00:12`.
 */
printed: string, body: string, 
/**
 * The cloud confirmed it.
 */
answered: boolean, };

export type Tray = { icon: TrayIcon, 
/**
 * Also the first, disabled line of the menu: `Бухфон: авторизован сегодня`.
 */
state: string, 
/**
 * The second, disabled line: `Последняя авторизация: 23.11.2026 9:00:12`.
 */
last: string, open: string, 
/**
 * `Перезвоните мне`; empty while not connected. Opens the window on that screen.
 */
call_me: string, 
/**
 * `Новые сообщения: 2`; empty when there are none.
 */
unread: string, quit: string, };

export type TrayIcon = "authorized" | "attention" | "offline" | "unread";

export type Talk = { 
/**
 * None until the cloud told of a line.
 */
line: Line | null, 
/**
 * Typed for «Обратиться» and not sent.
 */
question: string, 
/**
 * The number offered for a callback: the one typed and not sent, else the last one used, else the registered one.
 */
callback_phone: string, 
/**
 * The newest first, at most a hundred.
 */
conversations: Array<ConversationHead>, 
/**
 * The one on the screen, with its messages.
 */
shown: Conversation | null, 
/**
 * Messages of the staff that were not read, over all conversations.
 */
unread: number, 
/**
 * Messages that wait to be sent.
 */
waiting_to_send: number, };

export type Line = { name: string, open_now: boolean, 
/**
 * Hours in rows of days that have the same: `пн–пт 9:00–18:00`, in the view's language.
 */
hours: Array<string>, 
/**
 * `сегодня в 14:30`, `24.11 в 9:00`: by when a callback asked for now is promised; none if unknown.
 */
promised: string | null, 
/**
 * Likewise, when a closed line opens.
 */
opens: string | null, };

export type ConversationHead = { request_id: string, request_kind: RequestKind, state: RequestState, 
/**
 * The beginning of the last message of a person, at most 200 characters; may be empty.
 */
last_text: string, 
/**
 * `10:42` of today, else `22.11`, else `22.11.2025`.
 */
last_printed: string, unread: number, 
/**
 * For a callback.
 */
phone: string | null, };

export type Conversation = { head: ConversationHead, 
/**
 * The oldest first.
 */
messages: Array<ShownMessage>, 
/**
 * Typed for it and not sent.
 */
reply: string, };

export type ShownMessage = { message_id: string, writer: Writer, text: string, 
/**
 * `23.11.2026`: a new day begins a new group.
 */
day: string, 
/**
 * `10:42`, in the computer's zone.
 */
time: string, 
/**
 * How far the user's own message got; none for the other side's.
 */
state: MessageState | null, };

export type Writer = { "kind": "user" } | { "kind": "staff", name: string, } | { "kind": "line", name: string, };

export type MessageState = "saved" | "sent" | "delivered" | "read" | "refused";

export type SelfCheckView = { 
/**
 * Being looked at now.
 */
running: boolean, 
/**
 * Of the last look; none before the first.
 */
result: SelfCheckResult | null, };

export type SelfCheckResult = { 
/**
 * The gravest of the checks'.
 */
verdict: Verdict, 
/**
 * One sentence about all of it.
 */
summary: string, 
/**
 * By the computer's clock and in its zone: `23.11.2026 9:00:12`.
 */
printed: string, checks: Array<CheckView>, 
/**
 * What became of the report.
 */
saved: SavedReport | null, };

export type CheckView = { check: Check, verdict: Verdict, 
/**
 * What is checked, in a word or two.
 */
title: string, 
/**
 * What is so, and what to do where something is.
 */
text: string, fix: Fix | null, };

export type Check = "network" | "proxy" | "tls" | "clock" | "key" | "autostart" | "disk" | "version" | "history";

export type Verdict = "good" | "unknown" | "attention" | "bad";

export type Fix = "autostart" | "authorize" | "reconnect";

export type SavedReport = { "kind": "saved", file: string, } | { "kind": "failed" };

export type VisitView = { 
/**
 * Every step, in order.
 */
steps: Array<VisitStepView>, 
/**
 * Whole seconds since the code was entered; stands still when complete.
 */
elapsed_s: number, 
/**
 * All steps up to the line's confirmation are done.
 */
complete: boolean, 
/**
 * The visit's screen is to be shown (false after it was left: the summary is then one click away).
 */
open: boolean, 
/**
 * The test request, once it is made.
 */
request_id: string | null, 
/**
 * When it was completed: `23.11.2026 9:04:10`.
 */
completed_printed: string | null, };

export type VisitStepView = { step: VisitStep, state: StepState, 
/**
 * Seconds since the code was entered at which it was done.
 */
at_s: number | null, };

export type StepState = { "kind": "pending" } | { "kind": "current" } | { "kind": "done" } | { "kind": "failed", reason: string, };

export type RequestKind = "ordinary" | "trial" | "callback" | "staff" | "unknown";

export type RequestState = "waiting" | "answered" | "closed" | "unknown";

export type VisitStep = "connected" | "authorized" | "autostart" | "test_sent" | "confirmed" | "answered" | "unknown";

export type Command = { "kind": "activate", code: string, server?: string, } | { "kind": "use_server", server: string, } | { "kind": "started_from1c" } | { "kind": "open_link", link: string, } | { "kind": "authorize_now" } | { "kind": "look" } | { "kind": "repair_autostart" } | { "kind": "check_self" } | { "kind": "save_report" } | { "kind": "reconnect" } | { "kind": "cancel_reconnection" } | { "kind": "send_trial" } | { "kind": "ask", text: string, } | { "kind": "call_me", phone: string, } | { "kind": "say", request_id: string, text: string, } | { "kind": "keep_draft", field: Field, text: string, } | { "kind": "show_conversation", request_id: string | null, } | { "kind": "repeat_visit_step" } | { "kind": "leave_visit" } | { "kind": "set_language", language: LanguageChoice, };

export type Field = { "kind": "question" } | { "kind": "phone" } | { "kind": "reply", request_id: string, };
