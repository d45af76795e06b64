/**
 * Copies `text`, which `element` shows. Where the system's webview has no clipboard for pages, copies the
 * selection the old way. False when neither works: the text is left selected, ready for the person's own keys.
 */
export async function copy(text: string, element: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection()?.selectAllChildren(element);
    return document.execCommand('copy');
  }
}
