// What only Python can compute: recorded for one question, asked for others where a kernel runs.

export const STALE = "its recorded run: live in Jupyter";

export class Asking {
  constructor(figure, question, recorded) {
    const key = JSON.stringify(question);
    Object.assign(this, { figure, first: key, last: key, answer: recorded });
  }

  // Returns the newest answer, with `stale` where it is, for want of a kernel, to another question.
  answerTo(question) {
    const key = JSON.stringify(question), { figure: { kernel } } = this;
    if (kernel && key !== this.last) {
      this.last = key;
      kernel.ask(question).then((answer) => {
        this.answer = answer;
        this.figure.changed();
      });
    }
    return { ...this.answer, stale: !kernel && key !== this.first };
  }
}

// A run that came as data: its numbers that are not finite are null.
export const runOf = ({ points, values }) => ({
  d: points.length / values.length,
  points: points.map((v) => v ?? NaN),
  values: values.map((v) => v ?? NaN),
});
