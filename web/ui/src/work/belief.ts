type Belief = { mean: number; low: number; high: number };

const [width, height] = [200, 64];

/**
 * The shape of a belief as paths of a curve 200 wide and 64 high: the beta
 * distribution with this mean whose spread is the interval's, and the part of
 * it between low and high. The interval is taken as 3.29 standard deviations,
 * which holds for 90 % of a normal distribution.
 */
export function density({ mean, low, high }: Belief): { all: string; sure: string } {
  const m = Math.min(0.985, Math.max(0.015, mean));
  const deviation = Math.max(0.01, (high - low) / 3.29);
  const size = Math.max(2.05, (m * (1 - m)) / deviation ** 2 - 1);
  const [a, b] = [m * size, (1 - m) * size];
  const log = (x: number) => (a - 1) * Math.log(x) + (b - 1) * Math.log(1 - x);
  const at = Array.from({ length: 101 }, (_, i) => Math.min(0.998, Math.max(0.002, i / 100)));
  const logs = at.map(log);
  const most = Math.max(...logs.slice(1, -1));
  const points = at.map((x, i) => ({ x: x * width, y: height - (height - 4) * Math.min(1, Math.exp((logs[i] as number) - most)) }));
  const area = (part: typeof points) => {
    if (!part.length) return '';
    return `M${part[0]!.x.toFixed(1)} ${height}` + part.map((p) => `L${p.x.toFixed(1)} ${p.y.toFixed(1)}`).join('') + `L${part.at(-1)!.x.toFixed(1)} ${height}Z`;
  };
  return { all: area(points), sure: area(points.filter((p) => p.x >= low * width && p.x <= high * width)) };
}
