// Level lines of a function of two variables. It is taken on a fine lattice, but only where lines
// need that: a square is divided as long as a line bends in it, or may pass unseen.

// A picture has SIDE units, and divisions go down to one of them; lines are straight up to BEND.
const SIDE = 7680, FINE = 8, COARSE = 256, BEND = 10, MOST = 40000, ROW = SIDE / FINE + 1;

const VALUES = new Float64Array(ROW * ROW); // of the lattice that is in use

// The values of a function f of shares of two ranges, each of which is computed once.
class Lattice {
  constructor(f) {
    Object.assign(this, { f, count: 0 });
    this.isKnown = new Uint8Array(ROW * ROW);
    this.finer = new Map(); // what lies between those
    this.eight = new Float64Array(8);
    // What is known around a square, as places and values in order.
    this.ring = { count: 0, x: [], y: [], value: [] };
  }

  has(i, j) {
    if ((i | j) % FINE) return this.finer.size > 0 && this.finer.has(j * (SIDE + 1) + i);
    return this.isKnown[j / FINE * ROW + i / FINE] === 1;
  }

  at(i, j) {
    if ((i | j) % FINE) {
      const key = j * (SIDE + 1) + i;
      if (!this.finer.has(key)) this.finer.set(key, this.compute(i, j));
      return this.finer.get(key);
    }
    const k = j / FINE * ROW + i / FINE;
    if (!this.isKnown[k]) {
      this.isKnown[k] = 1;
      VALUES[k] = this.compute(i, j);
    }
    return VALUES[k];
  }

  compute(i, j) {
    this.count++;
    return this.f(i / SIDE, j / SIDE);
  }

  // The values at every `step`th point.
  grid(step) {
    const n = SIDE / step + 1;
    return Float64Array.from({ length: n * n }, (_, k) =>
      this.at(k % n * step, Math.floor(k / n) * step));
  }

  // Returns squares [i, j, size, ...] in which the lines are known, or as far as MOST values say.
  divided(levels) {
    const squares = [];
    let now = [];
    for (let j = 0; j < SIDE; j += COARSE) for (let i = 0; i < SIDE; i += COARSE) now.push(i, j);
    for (let size = COARSE; now.length; size /= 2) {
      const next = [], half = size / 2;
      for (let k = 0; k < now.length; k += 2) {
        const i = now[k], j = now[k + 1];
        if (size > 1 && this.count < MOST && this.isToDivide(levels, i, j, size)) {
          next.push(i, j, i + half, j, i, j + half, i + half, j + half);
        } else squares.push(i, j, size);
      }
      now = next;
    }
    return squares;
  }

  isToDivide(levels, i, j, size) {
    const { eight } = this, x = i + size / 2, y = j + size / 2, I = i + size, J = j + size;
    const a = eight[0] = this.at(i, j), ab = eight[1] = this.at(x, j);
    const b = eight[2] = this.at(I, j), bc = eight[3] = this.at(I, y);
    const c = eight[4] = this.at(I, J), cd = eight[5] = this.at(x, J);
    const d = eight[6] = this.at(i, J), da = eight[7] = this.at(i, y), middle = this.at(x, y);
    // How far f is from what its corners say: as far below them it may have a valley.
    const bend = Math.max(Math.abs(2 * ab - a - b) / 2, Math.abs(2 * bc - b - c) / 2,
      Math.abs(2 * cd - c - d) / 2, Math.abs(2 * da - d - a) / 2,
      Math.abs(4 * middle - a - b - c - d) / 4);
    const low = Math.min(a, b, c, d, ab, bc, cd, da, middle);
    const high = Math.max(a, b, c, d, ab, bc, cd, da, middle);
    const isBent = size > FINE && bend * size > BEND * (high - low);
    for (const level of levels) {
      if (!(level > low - bend && level <= high + bend)) continue;
      if (isBent || changes(eight, level) !== 2) return true;
    }
    return false;
  }

  walk(i, j, size) {
    this.ring.count = 0;
    this.side(i, j, 1, 0, size);
    this.side(i + size, j, 0, 1, size);
    this.side(i + size, j + size, -1, 0, size);
    this.side(i, j + size, 0, -1, size);
    return this.ring;
  }

  side(i, j, dx, dy, length) {
    const half = length / 2, { ring } = this;
    if (length > 1 && this.has(i + dx * half, j + dy * half)) {
      this.side(i, j, dx, dy, half);
      this.side(i + dx * half, j + dy * half, dx, dy, half);
      return;
    }
    ring.x[ring.count] = i;
    ring.y[ring.count] = j;
    ring.value[ring.count++] = this.at(i, j);
  }
}

// How often one goes through a level on a way around: twice where one line passes.
function changes(values, level) {
  let count = 0, wasBelow = values[values.length - 1] < level;
  for (const value of values) {
    if (value < level !== wasBelow) count++;
    wasBelow = value < level;
  }
  return count;
}

// The straight pieces [x1, y1, x2, y2, ...], in shares of the ranges, of the level lines of
// f(shareX, shareY). `levels` are numbers, or are chosen by values of f on a grid.
export function levelLines(f, levels) {
  const lattice = new Lattice(f), pieces = [];
  const chosen = typeof levels === "function" ? levels(lattice.grid(COARSE / 2)) : levels;
  const squares = lattice.divided(chosen);
  // Neighbors know the same of their border: lines go on from one to the other.
  for (let k = 0; k < squares.length; k += 3) {
    const i = squares[k], j = squares[k + 1], size = squares[k + 2];
    const { count, value } = lattice.walk(i, j, size);
    let low = Infinity, high = -Infinity;
    for (let n = 0; n < count; n++) {
      low = Math.min(low, value[n]);
      high = Math.max(high, value[n]);
    }
    if (!(high - low < Infinity)) continue;
    for (const level of chosen) {
      if (!(level > low && level <= high)) continue;
      const ends = crossings(lattice.ring, level);
      if (ends.length > 4 && !areJoined(f, ends, level, value[0])) {
        ends.push(ends.shift(), ends.shift());
      }
      for (const place of ends) pieces.push(place / SIDE);
    }
  }
  return pieces;
}

// Where a level crosses the border of a square, in order around.
function crossings({ count, value, x, y }, level) {
  const ends = [];
  for (let n = 0; n < count; n++) {
    const next = (n + 1) % count;
    if (value[n] < level === value[next] < level) continue;
    const share = (level - value[n]) / (value[next] - value[n]);
    ends.push(x[n] + share * (x[next] - x[n]), y[n] + share * (y[next] - y[n]));
  }
  return ends;
}

// Whether lines join each end of an odd place with the next, and not with the one before: between
// them, in the middle of all ends, f is then on the side of the level on which one began.
function areJoined(f, ends, level, first) {
  let x = 0, y = 0;
  for (let k = 0; k < ends.length; k += 2) {
    x += ends[k] * 2 / ends.length;
    y += ends[k + 1] * 2 / ends.length;
  }
  return f(x / SIDE, y / SIDE) < level === first < level;
}

// Levels that are dense where the function is low, as in optimlib.figures.contours.
export function levelsOf(z, count = 16) {
  const sorted = Float64Array.from(z).filter(Number.isFinite).sort();
  return Array.from({ length: count }, (_, i) =>
    sorted[Math.round((sorted.length - 1) * ((i + 1) / (count + 1)) ** 2)]);
}
