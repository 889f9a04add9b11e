// Random numbers: the same for the same seed.

// sfc32 of C. Doty-Humphrey's PractRand: 32 random bits at each call, the same for the same seed.
export function randomBits(seed) {
  let a = 0, b = seed, c = 0, counter = 1;
  const next = () => {
    const sum = a + b + counter++ | 0;
    a = b ^ b >>> 9;
    b = c + (c << 3) | 0;
    c = (c << 21 | c >>> 11) + sum | 0;
    return sum >>> 0;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
}

// Standard normal numbers, by Box and Muller's transform.
export function normals(seed, count) {
  const next = randomBits(seed), values = new Float64Array(count);
  const uniform = () => (next() + 0.5) / 2 ** 32;
  for (let i = 0; i < count; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(uniform())), angle = 2 * Math.PI * uniform();
    values[i] = radius * Math.cos(angle);
    values[i + 1] = radius * Math.sin(angle);
  }
  return values;
}

// The normal numbers of the seed that a figure's state has now: drawn once.
export function drawer(state, count) {
  let seed, values;
  return () => {
    if (seed !== state.seed) values = normals(seed = state.seed, count);
    return values;
  };
}
