import Check from 'lucide-react/icons/check';
import Sprout from 'lucide-react/icons/sprout';
import type { Schemas } from '../api';
import { now } from '../clock';
import { useFormat } from '../format';
import { useI18n } from '../i18n';
import css from './why.module.css';

/**
 * Why an expert was asked, in one plain sentence of their own record. own: it is
 * told to the expert; at: when they were asked, where that is over.
 */
export function Why({ of, own, at }: { of: Schemas['Reason']; own?: boolean; at?: string }) {
  const { t } = useI18n();
  const format = useFormat();
  const { similar, tagged, all } = of;
  const told: string[] = [];
  if (similar.resolved) told.push(t(own ? 'why.similar' : 'why.similar.other', { count: similar.resolved }));
  if (own && tagged.resolved > similar.resolved) told.push(t('why.tagged', { count: tagged.resolved }));
  if (!told.length && all.resolved) told.push(t(own ? 'why.all' : 'why.all.other', { count: all.resolved }));
  if (!told.length && all.answered) told.push(t(own ? 'why.answered' : 'why.answered.other', { count: all.answered }));
  if (!told.length) {
    return (
      <p className={css.why}>
        <Sprout size={16} aria-hidden /> {t('why.new')}
      </p>
    );
  }
  const last = similar.resolved ? similar.last : all.last;
  if (last) told.push(at ? t('why.last.then', { time: before(last, at, format.duration) }) : t('why.last', { when: format.relative(Date.parse(last), now()) }));
  return (
    <p className={css.why}>
      <Check size={16} aria-hidden /> {told.join(' · ')}
    </p>
  );
}

/** How long before it was asked the last answer was: whole days, or less than one. */
function before(last: string, at: string, write: (seconds: number, style: 'long') => string): string {
  const seconds = Math.max(60, (Date.parse(at) - Date.parse(last)) / 1000);
  const unit = seconds < 3_600 ? 60 : seconds < 86_400 ? 3_600 : 86_400;
  return write(Math.floor(seconds / unit) * unit, 'long');
}
