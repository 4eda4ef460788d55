import Check from 'lucide-react/icons/check';
import Sprout from 'lucide-react/icons/sprout';
import type { Schemas } from '../api';
import { useI18n } from '../i18n';
import css from './why.module.css';

/** Why an expert was asked, in plain counts. own: it is told to the expert. */
export function Why({ of, own }: { of: Schemas['Reason']; own?: boolean }) {
  const { t } = useI18n();
  const { similar, tagged, all } = of;
  const told: string[] = [];
  if (similar.resolved) told.push(t(own ? 'why.similar' : 'why.similar.other', { count: similar.resolved }));
  if (own && tagged.resolved > similar.resolved) told.push(t('why.tagged', { count: tagged.resolved }));
  if (own && !told.length && all.resolved) told.push(t('why.all', { count: all.resolved }));
  if (!told.length) {
    return (
      <p className={css.why}>
        <Sprout size={16} aria-hidden /> {t('why.new')}
      </p>
    );
  }
  return (
    <p className={css.why}>
      <Check size={16} aria-hidden /> {told.join(' · ')}
    </p>
  );
}
