/** Where the person went from the home screen; the agent knows nothing of it. */
export type Place =
  | { screen: 'sent' | 'about' | 'new_code' | 'ask' | 'callback' | 'requests' | 'summary' | 'self_check' }
  | { screen: 'conversation'; request_id: string };

/** Names the place among others: what leads to it bears this in `data-opens`. */
export function keyOf(place: Place): string {
  return place.screen === 'conversation' ? `conversation ${place.request_id}` : place.screen;
}

/** Where the shell wants the window: in its address, or told to a window that is open. */
export function placeIn(query: URLSearchParams): Place | undefined {
  const request_id = query.get('request_id');
  switch (query.get('screen')) {
    case 'callback':
      return { screen: 'callback' };
    case 'conversation':
      return request_id ? { screen: 'conversation', request_id } : undefined;
    default:
      return undefined;
  }
}
