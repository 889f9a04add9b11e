// Summaries of many numbers.

// Edges of equal intervals over [low, high], and the density of the values in each.
export function histogram(values, low, high, bins) {
  const edges = Array.from({ length: bins + 1 }, (_, i) => low + (high - low) * i / bins);
  const heights = Array.from({ length: bins }, () => 0);
  for (const value of values) {
    const bin = Math.floor((value - low) / (high - low) * bins);
    if (bin >= 0 && bin < bins) heights[bin] += bins / (high - low) / values.length;
  }
  return { edges, heights };
}

// Mean, and the standard error of it for independent values.
export function meanAndError(values) {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1);
  return [mean, Math.sqrt(variance / values.length)];
}

export const rootMeanSquare = (values) =>
  Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);
