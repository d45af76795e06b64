/** Rows that open what they are about: a click anywhere, arrows between them. The first link of a row is its way. */

export function opensRows(body: HTMLElement): () => void {
  const wayOf = (row: Element | null | undefined) =>
    row?.querySelector<HTMLAnchorElement>('a[data-way]') ?? undefined;

  function onClick(event: MouseEvent) {
    const target = event.target as Element;
    if (target.closest('a, button, input, label') || window.getSelection()?.toString()) return;
    const way = wayOf(target.closest('tr'));
    // The modifiers go along: a row opens in a new tab as its link does.
    way?.dispatchEvent(new MouseEvent('click', event));
  }

  function onKey(event: KeyboardEvent) {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    const row = (event.target as Element).closest('tr');
    const next = wayOf(event.key === 'ArrowDown' ? row?.nextElementSibling : row?.previousElementSibling);
    if (!next) return;
    event.preventDefault();
    next.focus();
  }

  body.addEventListener('click', onClick);
  body.addEventListener('keydown', onKey);
  return () => {
    body.removeEventListener('click', onClick);
    body.removeEventListener('keydown', onKey);
  };
}
