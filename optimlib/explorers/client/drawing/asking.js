// What only Python can compute: recorded for one question, asked for others where a kernel runs,
// or where another way to `ask` is given.

export const STALE = "its recorded run: live in Jupyter";

export class Asking {
  constructor(figure, question, recorded, ask = figure.kernel?.ask) {
    const key = JSON.stringify(question);
    Object.assign(this, { figure, ask, first: key, last: key, answer: recorded });
  }

  // Returns the newest answer, with `stale` where it is, for want of a kernel, to another question.
  answerTo(question) {
    const key = JSON.stringify(question);
    if (this.ask && key !== this.last) {
      this.last = key;
      this.next = question;
      if (!this.isWaiting) this.send();
    }
    return { ...this.answer, stale: !this.ask && key !== this.first };
  }

  // One question waits at a time, so that of those that come meanwhile only the newest is asked.
  send() {
    const question = this.next;
    Object.assign(this, { next: null, isWaiting: true });
    this.ask(question).then((answer) => {
      Object.assign(this, { answer, isWaiting: false });
      this.figure.changed();
      if (this.next) this.send();
    });
  }
}

// A run that came as data: its numbers that are not finite are null.
export const runOf = ({ points, values }) => ({
  d: points.length / values.length,
  points: points.map((v) => v ?? NaN),
  values: values.map((v) => v ?? NaN),
});
