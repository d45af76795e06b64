/** The sound of a user's new message: this browser's choice, on until somebody switches it off. */

const address = '/message.wav';

function chosen(): boolean {
  try {
    return localStorage.getItem('sound') !== 'off';
  } catch {
    return true;
  }
}

let on = $state(chosen());
let ready = $state(false);
let player: HTMLAudioElement | undefined;

export const sound = {
  get on(): boolean {
    return on;
  },
  set on(next: boolean) {
    on = next;
    try {
      localStorage.setItem('sound', next ? 'on' : 'off');
    } catch {
      // Holds until the page is closed.
    }
    if (next) void play();
  },
  /** Browsers keep a page silent until it is touched. */
  get waitsForTouch(): boolean {
    return on && !ready;
  },
};

/** Once for a change, in one of this browser's tabs. */
export function ring(seq: number): void {
  if (!on) return;
  // Browsers have locks on pages that came safely; elsewhere every tab rings.
  if (!('locks' in navigator)) return void play();
  void navigator.locks.request(`message ${seq}`, { ifAvailable: true }, async (lock) => {
    if (!lock) return;
    await play();
    // Held for as long as the other tabs may learn of the same change later.
    await new Promise((resolve) => setTimeout(resolve, 5000));
  });
}

async function play(): Promise<void> {
  player ??= new Audio(address);
  player.muted = false;
  player.currentTime = 0;
  try {
    await player.play();
    ready = true;
  } catch {
    // Not allowed yet: the first touch will allow the next one.
  }
}

/** The first touch of the page opens the way for sounds that come by themselves. */
export function awaitTouch(): () => void {
  const gestures = ['pointerup', 'keydown'] as const;
  const onTouch = async () => {
    player ??= new Audio(address);
    player.muted = true;
    try {
      await player.play();
      player.pause();
      ready = true;
      stop();
    } catch {
      // A gesture that does not count; the next one may.
    }
  };
  const stop = () => gestures.forEach((name) => window.removeEventListener(name, onTouch));
  gestures.forEach((name) => window.addEventListener(name, onTouch));
  return stop;
}
