/** One question at a time that must be answered before anything happens. */

export interface Question {
  title: string;
  body: string;
  /** The word on the button that goes on. */
  action: string;
  /** The word on the button that changes nothing. */
  cancel: string;
  danger?: boolean;
}

let asked = $state.raw<Question & { answer: (yes: boolean) => void }>();

export const questions = {
  get asked() {
    return asked;
  },
};

export function confirm(question: Question): Promise<boolean> {
  asked?.answer(false);
  return new Promise((resolve) => {
    asked = {
      ...question,
      answer: (yes) => {
        asked = undefined;
        resolve(yes);
      },
    };
  });
}
