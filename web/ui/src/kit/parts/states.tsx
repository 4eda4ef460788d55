import { Button, Skeleton, Stack, Text, Title } from '@mantine/core';
import CloudOff from 'lucide-react/icons/cloud-off';
import SearchX from 'lucide-react/icons/search-x';
import Sprout from 'lucide-react/icons/sprout';
import TriangleAlert from 'lucide-react/icons/triangle-alert';
import type { ReactNode } from 'react';
import { ApiError, OfflineError } from '../api';
import { useI18n } from '../i18n';
import { useProblem } from '../write';
import css from './states.module.css';

/** There is nothing to show, and that is fine: what will be here, and what one can do. */
export function Empty({ title, children, action, icon }: { title: string; children?: ReactNode; action?: ReactNode; icon?: ReactNode }) {
  return (
    <div className={css.state}>
      <span className={css.icon} aria-hidden>
        {icon ?? <Sprout size={28} />}
      </span>
      <Title order={2} size="h4">
        {title}
      </Title>
      {children && (
        <Text c="dimmed" maw={420}>
          {children}
        </Text>
      )}
      {action && <div className={css.action}>{action}</div>}
    </div>
  );
}

/** The shape of what is on its way. */
export function Loading({ rows = 3, height = 96 }: { rows?: number; height?: number }) {
  const { t } = useI18n();
  return (
    <Stack gap="md" role="status" aria-busy>
      <span className="kh-hidden">{t('loading')}</span>
      {Array.from({ length: rows }, (_, i) => (
        <Skeleton key={i} height={height} radius="lg" />
      ))}
    </Stack>
  );
}

/** It could not be read: why, and another try. */
export function Failed({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useI18n();
  const problem = useProblem();
  const offline = error instanceof OfflineError;
  // an address that names nothing: trying again would not find it
  if (error instanceof ApiError && (error.status === 404 || error.code === 'invalid'))
    return (
      <div role="alert">
        <Empty title={t('missing.title')} icon={<SearchX size={28} />}>
          {t('problem.not_found')}
        </Empty>
      </div>
    );
  return (
    <div className={css.state} role="alert">
      <span className={css.icon} data-tone={offline ? 'honey' : 'brick'} aria-hidden>
        {offline ? <CloudOff size={28} /> : <TriangleAlert size={28} />}
      </span>
      <Title order={2} size="h4">
        {t(offline ? 'offline.title' : 'failed.title')}
      </Title>
      <Text c="dimmed" maw={420}>
        {problem(error)}
      </Text>
      {retry && (
        <Button variant="default" onClick={retry}>
          {t('again')}
        </Button>
      )}
      {error instanceof ApiError && error.status >= 500 && error.request && (
        <Text size="xs" c="dimmed">
          {t('failed.request', { id: error.request })}
        </Text>
      )}
    </div>
  );
}

type Read<T> = { data: T | undefined; error: unknown; isPending: boolean; refetch: () => unknown };

/** Loading, failed, or what was read. What was read before stays while it is read again. */
export function Await<T>({ read, loading, children }: { read: Read<T>; loading?: ReactNode; children: (data: T) => ReactNode }) {
  if (read.data !== undefined) return children(read.data);
  if (read.error) return <Failed error={read.error} retry={() => void read.refetch()} />;
  return loading ?? <Loading />;
}

export function Unreachable({ retry }: { retry: () => void }) {
  const { t } = useI18n();
  return (
    <main className={css.whole}>
      <Empty title={t('offline.title')} icon={<CloudOff size={28} />} action={<Button onClick={retry}>{t('again')}</Button>}>
        {t('offline.text')}
      </Empty>
    </main>
  );
}

export function Crashed({ again }: { again: () => void }) {
  const { t } = useI18n();
  return (
    <div className={css.whole} role="alert">
      <Empty title={t('crashed.title')} icon={<TriangleAlert size={28} />} action={<Button onClick={again}>{t('again')}</Button>}>
        {t('crashed.text')}
      </Empty>
    </div>
  );
}
