import { $api, Await, client, key, Page, type Schemas, session, useI18n, useWrite, When } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Alert, Badge, Button, Group, Paper, PasswordInput, Stack, Text } from '@mantine/core';
import Monitor from 'lucide-react/icons/monitor';
import Smartphone from 'lucide-react/icons/smartphone';
import { useState } from 'react';
import { Authenticator } from '../authenticator';

/** How one signs in, and where one is signed in. */
export default function Security() {
  const { t } = useI18n();
  const me = $api.useQuery('get', '/api/v1/me');
  const limited = session.limited || me.data?.limited;
  return (
    <Page title={t('nav.security')} narrow>
      <div className={layout.stack}>
        {limited && <Alert color="honey">{t('security.limited')}</Alert>}
        <Await read={me}>{(found) => <Authenticator on={found.totp} />}</Await>
        {!limited && <Password />}
        {!limited && <Sessions />}
      </div>
    </Page>
  );
}

function Password() {
  const { t } = useI18n();
  const [old, setOld] = useState('');
  const [password, setPassword] = useState('');
  const change = useWrite(async () => (await client.PUT('/api/v1/me/password', { body: { old, password } })).data, {
    stale: [key('/api/v1/me/sessions')],
    done: t('password.changed'),
    after: () => {
      setOld('');
      setPassword('');
    },
  });
  return (
    <Paper>
      <h2 className={layout.subject}>{t('password.title')}</h2>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          change.mutate();
        }}
      >
        <Stack>
          <PasswordInput label={t('password.old')} value={old} onChange={(e) => setOld(e.currentTarget.value)} required autoComplete="current-password" visibilityToggleButtonProps={{ 'aria-label': t('password.show') }} />
          <PasswordInput label={t('password.new')} description={t('password.new.text')} value={password} onChange={(e) => setPassword(e.currentTarget.value)} required minLength={10} maxLength={200} autoComplete="new-password" visibilityToggleButtonProps={{ 'aria-label': t('password.show') }} />
          <Group>
            <Button type="submit" variant="default" loading={change.isPending}>
              {t('password.change')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Paper>
  );
}

function Sessions() {
  const { t } = useI18n();
  const sessions = $api.useQuery('get', '/api/v1/me/sessions');
  const stale = [key('/api/v1/me/sessions')];
  const end = useWrite(async (one: string) => (await client.DELETE('/api/v1/me/sessions/{session}', { params: { path: { session: one } } })).data, { stale, done: t('sessions.ended') });
  const others = useWrite(async () => (await client.POST('/api/v1/me/sessions/revoke_others')).data, { stale, done: t('sessions.ended') });
  return (
    <Paper>
      <div className={layout.row}>
        <h2 className={layout.subject} style={{ margin: 0 }}>
          {t('sessions.title')}
        </h2>
        <Button variant="default" size="compact-md" loading={others.isPending} onClick={() => others.mutate()}>
          {t('sessions.end_others')}
        </Button>
      </div>
      <Await read={sessions}>
        {({ data }) => (
          <Stack gap="lg" mt="lg">
            {data.map((one) => (
              <One key={one.id} of={one} end={() => end.mutate(one.id)} />
            ))}
          </Stack>
        )}
      </Await>
    </Paper>
  );
}

function One({ of, end }: { of: Schemas['OwnSession']; end: () => void }) {
  const { t } = useI18n();
  const phone = /Mobile|Android|iPhone/.test(of.user_agent);
  return (
    <div className={layout.row}>
      <Group gap="md" wrap="nowrap">
        {phone ? <Smartphone size={22} aria-hidden /> : <Monitor size={22} aria-hidden />}
        <div>
          <strong>{browserOf(of.user_agent) || t('sessions.unknown')}</strong> {of.current && <Badge>{t('sessions.this')}</Badge>}
          <Text size="sm" c="dimmed">
            {t('sessions.last')} <When at={of.last_used_at} />
          </Text>
        </div>
      </Group>
      {!of.current && (
        <Button variant="subtle" color="gray" onClick={end} aria-label={`${t('sessions.end')}: ${browserOf(of.user_agent)}`}>
          {t('sessions.end')}
        </Button>
      )}
    </div>
  );
}

/** What a browser calls itself, in two words. */
function browserOf(agent: string): string {
  const name = /(Edg|OPR|Firefox|Chrome|Safari|curl)\//.exec(agent)?.[1]?.replace('Edg', 'Edge').replace('OPR', 'Opera') ?? '';
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|Linux)/.exec(agent)?.[1]?.replace('Mac OS X', 'macOS') ?? '';
  return [name, system].filter(Boolean).join(' · ');
}
