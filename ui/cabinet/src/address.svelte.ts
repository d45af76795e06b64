/** The address bar as the cabinet's memory: where we are, going elsewhere, asking before leaving. */

/** Answers whether the screen may be left. */
export type MayLeave = () => boolean | Promise<boolean>;

let url = $state.raw(new URL(window.location.href));
let moved = $state(false);
let mayLeave: MayLeave | undefined;

// Entries are numbered so that a «back» that was not allowed can be undone by as many steps.
let index = (history.state as { index?: number } | null)?.index ?? 0;
let undoing = false;

export const address = {
  get path(): string {
    return url.pathname;
  },
  get query(): URLSearchParams {
    return url.searchParams;
  },
  /** Path and query, as a key. */
  get whole(): string {
    return url.pathname + url.search;
  },
  /** Some screen was left for another since the page was opened. */
  get moved(): boolean {
    return moved;
  },
};

/** Opens an address of the cabinet. Another path asks the present screen first. */
export async function go(to: string, { replace = false } = {}): Promise<void> {
  const target = new URL(to, window.location.origin);
  const leaves = target.pathname !== url.pathname;
  if (target.href === url.href && !replace) return;
  if (leaves && mayLeave && !(await mayLeave())) return;
  if (replace) history.replaceState({ index }, '', target);
  else history.pushState({ index: ++index }, '', target);
  url = target;
  if (leaves) arrive();
}

/** The same screen with these parameters; an empty value takes a parameter away. */
export function ask(changes: Record<string, string>, options = { replace: true }): Promise<void> {
  const target = new URL(url);
  for (const [name, value] of Object.entries(changes)) {
    if (value === '') target.searchParams.delete(name);
    else target.searchParams.set(name, value);
  }
  return go(target.pathname + target.search, options);
}

/** Until the returned function is called, leaving the screen asks this first. */
export function beforeLeaving(question: MayLeave): () => void {
  mayLeave = question;
  return () => {
    if (mayLeave === question) mayLeave = undefined;
  };
}

function arrive(): void {
  moved = true;
  window.scrollTo(0, 0);
}

async function onPopState(): Promise<void> {
  if (undoing) {
    undoing = false;
    return;
  }
  const arrivedAt = (history.state as { index?: number } | null)?.index ?? 0;
  const target = new URL(window.location.href);
  if (target.pathname !== url.pathname && mayLeave) {
    // Back to where the question is asked, and there again if the answer is yes.
    const steps = arrivedAt - index;
    undoing = true;
    history.go(-steps);
    if (!(await mayLeave())) return;
    mayLeave = undefined;
    history.go(steps);
    return;
  }
  index = arrivedAt;
  if (target.pathname !== url.pathname) moved = true;
  url = target;
}

function onClick(event: MouseEvent): void {
  if (
    event.defaultPrevented ||
    event.button !== 0 ||
    event.ctrlKey ||
    event.metaKey ||
    event.shiftKey ||
    event.altKey
  )
    return;
  const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
  if (!(link instanceof HTMLAnchorElement) || link.target || link.origin !== window.location.origin) return;
  if (link.getAttribute('href')?.startsWith('#')) return;
  event.preventDefault();
  void go(link.pathname + link.search);
}

/** Follows links and the browser's back and forward. */
export function followAddress(): () => void {
  if (history.state === null) history.replaceState({ index }, '');
  const pop = () => void onPopState();
  window.addEventListener('popstate', pop);
  window.addEventListener('click', onClick);
  return () => {
    window.removeEventListener('popstate', pop);
    window.removeEventListener('click', onClick);
  };
}
