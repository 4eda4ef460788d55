import { $api, useI18n, useSignOut } from '@kit/index';
import { Button } from '@mantine/core';
import LogOut from 'lucide-react/icons/log-out';
import css from './work.module.css';

/** Who one is here: the pseudonym that others see. */
export function Identity() {
  const { t } = useI18n();
  const expert = $api.useQuery('get', '/api/v1/me/expert');
  const signOut = useSignOut();
  return (
    <div className={css.identity}>
      <span className={css.face} aria-hidden>
        {expert.data?.handle.slice(0, 1).toUpperCase()}
      </span>
      <strong>{expert.data?.handle}</strong>
      <Button variant="subtle" color="gray" size="compact-md" px={8} aria-label={t('sign_out')} onClick={signOut}>
        <LogOut size={18} aria-hidden />
      </Button>
    </div>
  );
}
