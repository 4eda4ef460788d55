import { $api, Await, Empty, Identity, Loading, Screens, session, Shell, start, useI18n } from '@kit/index';
import { lazy, Suspense, useMemo } from 'react';
import { Availability } from './availability';
import { keepInvitation } from './invitation';
import { entries, screens } from './routes';
import { stale } from './stale';

const Register = lazy(() => import('./screens/register'));
const Security = lazy(() => import('./screens/security'));

const open = { params: { query: { state: ['working' as const], limit: 100 } } };

function Work() {
  const { t } = useI18n();
  const me = $api.useQuery('get', '/api/v1/me');
  return (
    <Await read={me} loading={<div style={{ padding: 24 }}><Loading /></div>}>
      {(who) => {
        if (session.limited || who.limited) return <Only><Security /></Only>;
        if (!who.expert) return <Only><Register who={who} /></Only>;
        return <Expert name={t('app.name')} />;
      }}
    </Await>
  );
}

/** One screen, before any other may be seen. */
function Only({ children }: { children: React.ReactNode }) {
  return (
    <main id="main" style={{ maxWidth: 720, margin: '0 auto', padding: '32px 16px 64px' }}>
      <Suspense fallback={<Loading />}>{children}</Suspense>
    </main>
  );
}

function Expert({ name }: { name: string }) {
  const { t } = useI18n();
  const expert = $api.useQuery('get', '/api/v1/me/expert');
  const offers = $api.useQuery('get', '/api/v1/offers');
  const working = $api.useQuery('get', '/api/v1/assignments', open);
  const counted = useMemo(() => {
    const counts: Record<string, number | undefined> = { '/': offers.data?.data.length, '/turns': working.data?.data.length };
    return entries.map((entry) => ({ ...entry, count: counts[entry.to] }));
  }, [offers.data, working.data]);
  return (
    <Shell name={name} entries={counted} top={<Availability />} foot={<Identity name={expert.data?.handle} face />}>
      <Screens of={screens} otherwise={<Empty title={t('problem.not_found')} />} />
    </Shell>
  );
}

keepInvitation();
void start({ base: '/work', parts: ['kit', 'work'], stale, children: <Work /> });

if ('serviceWorker' in navigator) {
  window.addEventListener('load', () => void navigator.serviceWorker.register('/work/sw.js', { scope: '/work' }).catch(() => undefined));
}
