import { useElementSize } from '@mantine/hooks';
import { useId, useState } from 'react';
import css from './chart.module.css';

export type Point = { label: string; value: number | null; note?: string };
export type Series = { name: string; points: Point[] };

const height = 220;
const [left, right, top, bottom] = [52, 12, 14, 28];

/**
 * A chart of one or two series, as lines or bars. It can be walked through with
 * the arrow keys; the same numbers are in a table for who does not see it.
 * tick writes what stands at the axis, where there is little room, and unit is
 * what is counted there in round numbers; quiet leaves the title to who cannot
 * see the heading above.
 */
export function Chart({ title, series, kind = 'line', write = String, tick: mark = write, unit = 1, quiet }: { title: string; series: Series[]; kind?: 'line' | 'bars'; write?: (value: number) => string; tick?: (value: number) => string; unit?: number; quiet?: boolean }) {
  const id = useId();
  const { ref, width: shown } = useElementSize();
  const width = Math.max(260, shown || 640);
  const [at, setAt] = useState<number | null>(null);
  const labels = series[0]?.points.map((p) => p.label) ?? [];
  const values = series.flatMap((s) => s.points.map((p) => p.value ?? 0));
  const ticks = steps(Math.max(0, ...values) / unit).map((n) => n * unit);
  const most = ticks.at(-1) || 1;
  const slot = (width - left - right) / Math.max(1, labels.length);
  const x = (i: number) => left + slot * (i + 0.5);
  const y = (v: number) => top + (height - top - bottom) * (1 - v / most);
  const every = Math.ceil(labels.length / Math.max(2, Math.floor(width / 84)));
  const told = at === null ? '' : series.map((s) => tell(s, at, write, series.length > 1)).join(', ');
  return (
    <figure className={css.chart} ref={ref}>
      <figcaption className={quiet ? 'kh-hidden' : css.caption} id={id}>
        <span>{title}</span>
        {series.length > 1 && (
          <span className={css.legend} aria-hidden>
            {series.map((s, i) => (
              <span key={s.name} data-series={i}>
                {s.name}
              </span>
            ))}
          </span>
        )}
      </figcaption>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        role="slider"
        tabIndex={0}
        aria-labelledby={id}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, labels.length - 1)}
        aria-valuenow={at ?? 0}
        aria-valuetext={at === null ? title : told}
        className={css.plot}
        onKeyDown={(e) => {
          const step = { ArrowRight: 1, ArrowLeft: -1, ArrowUp: 1, ArrowDown: -1 }[e.key];
          if (!step || labels.length === 0) return;
          e.preventDefault();
          setAt((i) => Math.min(labels.length - 1, Math.max(0, i === null ? 0 : i + step)));
        }}
        onBlur={() => setAt(null)}
        onPointerMove={(e) => {
          const box = e.currentTarget.getBoundingClientRect();
          const i = Math.floor((((e.clientX - box.left) / box.width) * width - left) / slot);
          setAt(i >= 0 && i < labels.length ? i : null);
        }}
        onPointerLeave={() => setAt(null)}
      >
        {ticks.map((tick) => (
          <g key={tick}>
            <line x1={left} x2={width - right} y1={y(tick)} y2={y(tick)} className={css.grid} />
            <text x={left - 8} y={y(tick) + 4} textAnchor="end" className={css.tick}>
              {mark(tick)}
            </text>
          </g>
        ))}
        {labels.map(
          (label, i) =>
            i % every === 0 && (
              <text key={i} x={x(i)} y={height - 8} textAnchor="middle" className={css.tick}>
                {label}
              </text>
            ),
        )}
        {at !== null && <rect x={x(at) - slot / 2} y={top} width={slot} height={height - top - bottom} className={css.cursor} />}
        {series.map((s, n) =>
          kind === 'bars' ? (
            <g key={s.name} data-series={n} className={css.bars}>
              {s.points.map(
                (p, i) =>
                  p.value !== null && (
                    <rect key={i} rx="3" x={x(i) - slot * 0.36 + (slot * 0.72 * n) / series.length} width={(slot * 0.72) / series.length} y={y(p.value)} height={Math.max(0, y(0) - y(p.value))} />
                  ),
              )}
            </g>
          ) : (
            <g key={s.name} data-series={n} className={css.lines}>
              <path d={path(s.points, x, y)} />
              {s.points.map((p, i) => p.value !== null && (i === at || alone(s.points, i)) && <circle key={i} cx={x(i)} cy={y(p.value)} r="4" />)}
            </g>
          ),
        )}
      </svg>
      <p className={css.told} aria-hidden>
        {told || '\u00a0'}
      </p>
      <table className="kh-hidden">
        <caption>{title}</caption>
        <thead>
          <tr>
            <td />
            {series.map((s) => (
              <th key={s.name} scope="col">
                {s.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {labels.map((label, i) => (
            <tr key={i}>
              <th scope="row">{label}</th>
              {series.map((s) => (
                <td key={s.name}>{valueOf(s.points[i], write)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}

function valueOf(point: Point | undefined, write: (value: number) => string) {
  if (!point || point.value === null) return '–';
  return write(point.value) + (point.note ? ` (${point.note})` : '');
}

function tell(s: Series, at: number, write: (value: number) => string, named: boolean) {
  const point = s.points[at];
  return `${named ? s.name + ' · ' : ''}${point?.label ?? ''}: ${valueOf(point, write)}`;
}

/** A line that is broken where there is no value. */
function path(points: Point[], x: (i: number) => number, y: (v: number) => number) {
  let d = '';
  let open = false;
  points.forEach((p, i) => {
    if (p.value === null) {
      open = false;
      return;
    }
    d += `${open ? 'L' : 'M'}${x(i).toFixed(1)} ${y(p.value).toFixed(1)}`;
    open = true;
  });
  return d;
}

function alone(points: Point[], i: number) {
  return (points[i - 1]?.value ?? null) === null && (points[i + 1]?.value ?? null) === null;
}

/** Round steps from zero to at least most. */
export function steps(most: number): number[] {
  if (most <= 0) return [0, 1];
  const rough = most / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((n) => n * power).find((n) => n >= rough) as number;
  return Array.from({ length: Math.ceil(most / step) + 1 }, (_, i) => Number((i * step).toPrecision(12)));
}
