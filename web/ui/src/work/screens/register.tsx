import { client, isDemo, key, Page, type Schemas, useDraft, useI18n, useWrite } from '@kit/index';
import { Alert, Anchor, Button, Group, Paper, Stack, TextInput } from '@mantine/core';
import { Country, Languages } from '../languages';

/** The first step of somebody new: a pseudonym, and the languages they answer in. */
export default function Register({ who }: { who: Schemas['Me'] }) {
  const { t, language } = useI18n();
  const elsewhere = who.operator || who.memberships.length > 0;
  const [form, setForm, clear] = useDraft('register', { handle: '', languages: [language], country: null as string | null });
  const register = useWrite(
    async () => {
      await client.POST('/api/v1/me/expert', { body: { handle: form.handle.trim(), languages: form.languages, ...(form.country ? { country: form.country } : {}) } });
      clear();
    },
    { stale: [key('/api/v1/me'), key('/api/v1/me/expert')] },
  );
  return (
    <Page title={t('register.title', { name: who.name })} about={t('register.about')} narrow>
      {elsewhere && (
        <Alert color="honey" mb="md" title={t('register.elsewhere', { name: who.name })}>
          <Group gap="lg">
            <Anchor href="/console">{t('register.console')}</Anchor>
            {isDemo() && <Anchor href="/">{t('register.doors')}</Anchor>}
          </Group>
        </Alert>
      )}
      <Paper>
        <form
          onSubmit={(e) => {
            e.preventDefault();
            register.mutate();
          }}
        >
          <Stack>
            <TextInput label={t('register.handle')} description={t('register.handle.text')} value={form.handle} onChange={(e) => setForm({ ...form, handle: e.currentTarget.value })} required maxLength={40} autoComplete="off" />
            <Languages value={form.languages} onChange={(languages) => setForm({ ...form, languages })} />
            <Country value={form.country} onChange={(country) => setForm({ ...form, country })} />
            <Button type="submit" size="md" loading={register.isPending} disabled={!form.handle.trim() || !form.languages.length}>
              {t('register.do')}
            </Button>
          </Stack>
        </form>
      </Paper>
    </Page>
  );
}
