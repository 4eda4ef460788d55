import { client, key, QR, type Schemas, session, useI18n, useWrite } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Alert, Anchor, Badge, Button, Group, Paper, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import css from './work.module.css';

const stale = [key('/api/v1/me')];

/** The second factor: set up with the password, confirmed with a code, taken away with both. */
export function Authenticator({ on }: { on: boolean }) {
  const { t } = useI18n();
  const [codes, setCodes] = useState<string[]>([]);
  return (
    <Paper>
      <div className={layout.row}>
        <h2 className={layout.subject} style={{ margin: 0 }}>
          {t('totp.title')}
        </h2>
        <Badge color={on ? 'pine' : 'gray'}>{t(on ? 'totp.on' : 'totp.off')}</Badge>
      </div>
      <Text c="dimmed" mb="md">
        {t('totp.about')}
      </Text>
      {codes.length > 0 && (
        <Alert color="honey" title={t('totp.recovery')} mb="md">
          <Text mb="xs">{t('totp.recovery.text')}</Text>
          <ul className={css.code} style={{ columns: 2, margin: 0, paddingInlineStart: 18 }}>
            {codes.map((code) => (
              <li key={code}>{code}</li>
            ))}
          </ul>
        </Alert>
      )}
      {on ? <Off /> : <On done={setCodes} />}
    </Paper>
  );
}

function On({ done }: { done: (codes: string[]) => void }) {
  const { t } = useI18n();
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [setup, setSetup] = useState<Schemas['TOTPSetup'] | null>(null);
  const begin = useWrite(async () => (await client.POST('/api/v1/me/totp', { body: { password } })).data!, {
    after: (made) => {
      setPassword('');
      setSetup(made);
    },
  });
  const confirm = useWrite(async () => (await client.POST('/api/v1/me/totp/confirm', { body: { code: code.replaceAll(' ', '') } })).data!, {
    stale,
    after: ({ recovery_codes }) => {
      done(recovery_codes);
      void session.refresh();
    },
  });
  if (!setup) {
    return (
      <form
        onSubmit={(e) => {
          e.preventDefault();
          begin.mutate();
        }}
      >
        <Stack>
          <PasswordInput label={t('password.yours')} value={password} onChange={(e) => setPassword(e.currentTarget.value)} required autoComplete="current-password" visibilityToggleButtonProps={{ 'aria-label': t('password.show') }} />
          <Group>
            <Button type="submit" loading={begin.isPending}>
              {t('totp.begin')}
            </Button>
          </Group>
        </Stack>
      </form>
    );
  }
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        confirm.mutate();
      }}
    >
      <Stack>
        <Text>{t('totp.scan')}</Text>
        <QR text={setup.uri} label={t('totp.qr')} />
        <Text className={css.code} dir="ltr">
          {setup.secret.replace(/(.{4})(?=.)/g, '$1 ')}
        </Text>
        <Anchor href={setup.uri}>{t('totp.open_app')}</Anchor>
        <TextInput label={t('totp.code')} value={code} onChange={(e) => setCode(e.currentTarget.value)} required inputMode="numeric" autoComplete="one-time-code" maw={220} />
        <Group>
          <Button type="submit" loading={confirm.isPending}>
            {t('totp.confirm')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Off() {
  const { t } = useI18n();
  const [open, setOpen] = useState(false);
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const off = useWrite(async () => (await client.POST('/api/v1/me/totp/disable', { body: { password, code: code.replaceAll(' ', '') } })).data, { stale, done: t('totp.removed'), after: () => setOpen(false) });
  if (!open) {
    return (
      <Button variant="default" onClick={() => setOpen(true)}>
        {t('totp.remove')}
      </Button>
    );
  }
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        off.mutate();
      }}
    >
      <Stack>
        <PasswordInput label={t('password.yours')} value={password} onChange={(e) => setPassword(e.currentTarget.value)} required autoComplete="current-password" visibilityToggleButtonProps={{ 'aria-label': t('password.show') }} />
        <TextInput label={t('totp.code_or_recovery')} value={code} onChange={(e) => setCode(e.currentTarget.value)} required autoComplete="one-time-code" maw={260} />
        <Group>
          <Button type="submit" color="brick" loading={off.isPending}>
            {t('totp.remove')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
