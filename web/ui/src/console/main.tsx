import { $api, Await, Empty, Identity, isDemo, LanguageChoice, Loading, Screens, session, Shell, start, useI18n } from '@kit/index';
import { Anchor } from '@mantine/core';
import { Redirect, useLocation } from 'wouter';
import './console.css';
import { Demo } from './demo';
import { Placed, PlaceChoice, usePlace } from './place';
import { entries, entryOf, screens } from './routes';
import { stale } from './stale';
import { operatorTabs } from './tabs';

function Console() {
  const me = $api.useQuery('get', '/api/v1/me');
  return (
    <Await
      read={me}
      loading={
        <div style={{ padding: 24 }}>
          <Loading />
        </div>
      }
    >
      {(who) =>
        session.limited || who.limited ? (
          <Secure />
        ) : (
          <Placed me={who}>
            <Framed />
          </Placed>
        )
      }
    </Await>
  );
}

function Framed() {
  const { t } = useI18n();
  const { me, brand, name, may, programs } = usePlace();
  const [location] = useLocation();
  const several = me.memberships.length > 1 || programs.length > 1;
  const runsDemo = isDemo() && (me.operator || me.memberships.some((m) => m.roles.includes('manager')));
  const allowed = entries.filter((entry) => (entry.operator ? me.operator : !entry.may || may(entry.may)));
  const shown = brand ? allowed : operatorTabs; // an operator without a brand has the platform alone
  const entry = entryOf(location);
  const open = !entry || allowed.includes(entry);
  const first = shown[0];
  if (!open && location === '/' && first) return <Redirect to={first.to} replace />; // not everybody's work begins at the queue
  return (
    <Shell
      name={name || t('console.title')}
      entries={shown}
      top={several || runsDemo ? <Top several={several} demo={runsDemo} /> : undefined}
      foot={
        <>
          <LanguageChoice />
          <Identity name={me.name} />
        </>
      }
    >
      {open ? <Screens of={screens} otherwise={<Empty title={t('problem.not_found')} />} /> : <Empty title={t('problem.forbidden')} />}
    </Shell>
  );
}

function Top({ several, demo }: { several: boolean; demo: boolean }) {
  return (
    <div style={{ display: 'flex', flexWrap: 'wrap', gap: 10, alignItems: 'center', justifyContent: 'space-between', width: '100%' }}>
      {several ? <PlaceChoice /> : <span />}
      {demo && <Demo />}
    </div>
  );
}

/** An operator sets up an authenticator before anything else. */
function Secure() {
  const { t } = useI18n();
  return (
    <main id="main">
      <Empty title={t('secure.title')} action={<Anchor href="/work/security">{t('secure.go')}</Anchor>}>
        {t('secure.text')}
      </Empty>
    </main>
  );
}

void start({ base: '/console', parts: ['kit', 'console'], stale, children: <Console /> });
