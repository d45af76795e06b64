import type { Command, View } from '@buhphone/shared/types/agent';

import type { Place } from './places';

/** All the window asks of the agent. The window itself decides nothing. */
export interface Backend {
  /** The snapshot as it is now. */
  view(): Promise<View>;
  /** Passes on what the person asked for; what comes of it is seen in a later snapshot. */
  ask(command: Command): Promise<void>;
  /** Calls back with every later snapshot; resolves when no snapshot can be missed any more. */
  onView(show: (view: View) => void): Promise<Unlisten>;
  /** Calls back when the tray or a notification leads somewhere. */
  onGo(go: (place: Place) => void): Promise<Unlisten>;
}

export type Unlisten = () => void;

export type Ask = (command: Command) => void;
