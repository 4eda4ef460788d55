import { Button } from '@mantine/core';
import LogOut from 'lucide-react/icons/log-out';
import { useI18n } from '../i18n';
import { useSignOut } from '../signout';
import css from './identity.module.css';

/** Who one is here, with a face where it is a pseudonym that others see, and the way out. */
export function Identity({ name, face }: { name: string | undefined; face?: boolean }) {
  const { t } = useI18n();
  const signOut = useSignOut();
  return (
    <div className={css.identity}>
      {face && (
        <span className={css.face} aria-hidden>
          {name?.slice(0, 1).toUpperCase()}
        </span>
      )}
      <strong>{name}</strong>
      <Button variant="subtle" color="gray" size="compact-md" px={8} aria-label={t('sign_out')} onClick={signOut}>
        <LogOut size={18} aria-hidden />
      </Button>
    </div>
  );
}
