import { useI18n, useSignOut } from '@kit/index';
import { Button } from '@mantine/core';
import LogOut from 'lucide-react/icons/log-out';
import css from './console.module.css';
import { usePlace } from './place';

/** Who one is here, and the way out. */
export function Foot() {
  const { t } = useI18n();
  const { me } = usePlace();
  const signOut = useSignOut();
  return (
    <div className={css.identity}>
      <strong>{me.name}</strong>
      <Button variant="subtle" color="gray" size="compact-md" px={8} aria-label={t('sign_out')} onClick={signOut}>
        <LogOut size={18} aria-hidden />
      </Button>
    </div>
  );
}
