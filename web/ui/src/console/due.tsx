import { type Schemas, useFormat, useI18n, useNow } from '@kit/index';
import css from './console.module.css';

type Row = Pick<Schemas['BrandQuestion'], 'state' | 'first_responded_at' | 'first_response_due_at' | 'resolution_due_at' | 'resolved_at'>;

/** Which promise is the next one, or null where none is open any more. */
export function nextPromise(row: Row): { due: string; what: 'due.answer' | 'due.solve' } | null {
  if (row.resolved_at || row.state === 'resolved' || row.state === 'withdrawn') return null;
  return row.first_responded_at ? { due: row.resolution_due_at, what: 'due.solve' } : { due: row.first_response_due_at, what: 'due.answer' };
}

/** How long there is yet to keep what was promised, counting down. */
export function Due({ of }: { of: Row }) {
  const { t } = useI18n();
  const format = useFormat();
  const now = useNow(1000);
  const promise = nextPromise(of);
  if (!promise) return <span className={css.quiet}>–</span>;
  const left = (Date.parse(promise.due) - now) / 1000;
  return (
    <span className={css.due} data-late={left < 0 || undefined} data-near={(left >= 0 && left < 900) || undefined}>
      <time dateTime={promise.due} title={format.moment(promise.due)}>
        {left < 0 ? t('due.late', { time: format.duration(-left) }) : t('due.in', { time: format.duration(left) })}
      </time>
      <span className={css.quiet}>{t(promise.what)}</span>
    </span>
  );
}
