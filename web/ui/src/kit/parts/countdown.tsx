import { useFormat, useNow } from '../format';
import { useI18n } from '../i18n';
import css from './countdown.module.css';

const size = 52;
const radius = 22;
const around = 2 * Math.PI * radius;

/** How long there is yet, as a ring that empties. from is when it began. */
export function Countdown({ from, until }: { from: string; until: string }) {
  const { t, locale } = useI18n();
  const format = useFormat();
  const now = useNow(1000);
  const end = Date.parse(until);
  const left = Math.max(0, (end - now) / 1000);
  const share = Math.min(1, left / Math.max(1, (end - Date.parse(from)) / 1000));
  const near = left < 60;
  return (
    <span className={css.ring} data-near={near || undefined} role="timer" aria-label={t('countdown', { time: format.duration(left, 'long') })}>
      <svg width={size} height={size} viewBox={`0 0 ${size} ${size}`} aria-hidden>
        <circle cx={size / 2} cy={size / 2} r={radius} className={css.track} />
        <circle
          cx={size / 2}
          cy={size / 2}
          r={radius}
          className={css.left}
          strokeDasharray={around}
          strokeDashoffset={around * (1 - share)}
          transform={`rotate(-90 ${size / 2} ${size / 2})`}
        />
      </svg>
      <span className={css.digits} data-long={left >= 3600 || undefined} aria-hidden dir="ltr">
        {digits(locale, left)}
      </span>
    </span>
  );
}

function digits(language: string, seconds: number): string {
  const short = (n: number, unit: string) => new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'narrow' }).format(Math.round(n));
  if (seconds >= 172_800) return short(seconds / 86_400, 'day');
  if (seconds >= 36_000) return short(seconds / 3600, 'hour');
  const whole = Math.ceil(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const shown = parts[0] ? parts : parts.slice(1);
  return shown.map((n, i) => new Intl.NumberFormat(language, { minimumIntegerDigits: i ? 2 : 1 }).format(n)).join(':');
}
