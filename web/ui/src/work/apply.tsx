import { $api, client, codeOf, key, type Schemas, useDraft, useI18n, useWrite } from '@kit/index';
import { Button, Group, Select, Stack, Textarea, TextInput } from '@mantine/core';
import { forgetInvitation, invitationTo } from './invitation';
import { Country, Languages } from './languages';

type Body = Schemas['ApplyInBody'];
const uses = ['daily', 'weekly', 'monthly', 'seldom', 'formerly'] as const;

/** Why one wants to, what one has and uses, and where one is. */
export function Apply({ program }: { program: string }) {
  const { t } = useI18n();
  const expert = $api.useQuery('get', '/api/v1/me/expert');
  const [form, setForm, clear] = useDraft(`apply.${program}`, { motivation: '', owns: '', uses: null as Body['uses'] | null, country: null as string | null, languages: null as string[] | null });
  const set = (values: Partial<typeof form>) => setForm({ ...form, ...values });
  const country = form.country ?? (expert.data?.country || null);
  const languages = form.languages ?? expert.data?.languages ?? [];
  const apply = useWrite(
    () =>
      client.POST('/api/v1/programs/{program}/application', {
        params: { path: { program } },
        body: { motivation: form.motivation.trim(), owns: form.owns.trim() || undefined, uses: form.uses ?? undefined, country: country ?? undefined, languages: languages.length ? languages : undefined, invitation: invitationTo(program) },
      }),
    {
      stale: [key('/api/v1/programs/{program}/application'), key('/api/v1/programs/{program}/application/onboarding'), key('/api/v1/me/enrolments'), key('/api/v1/me/expert')],
      done: t('path.applied'),
      after: () => {
        clear();
        forgetInvitation(program);
      },
      failed: (error) => {
        if (['invitation_over', 'invitation_used', 'not_found'].includes(codeOf(error))) forgetInvitation(program); // they may apply without it
        return false;
      },
    },
  );
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        apply.mutate();
      }}
    >
      <Stack>
        <Textarea label={t('path.motivation')} description={t('path.motivation.text')} value={form.motivation} onChange={(e) => set({ motivation: e.currentTarget.value })} autosize minRows={4} maxLength={4000} required dir="auto" />
        <TextInput label={t('path.owns')} description={t('path.owns.text')} value={form.owns} onChange={(e) => set({ owns: e.currentTarget.value })} maxLength={1000} dir="auto" />
        <Select label={t('path.uses')} data={uses.map((value) => ({ value, label: t(`path.uses.${value}`) }))} value={form.uses ?? null} onChange={(value) => set({ uses: value as Body['uses'] })} clearable clearButtonProps={{ 'aria-label': t('path.clear') }} maw={320} />
        <Country value={country} onChange={(value) => set({ country: value })} />
        <Languages value={languages} onChange={(value) => set({ languages: value })} />
        <Group>
          <Button type="submit" loading={apply.isPending} disabled={!form.motivation.trim()}>
            {t('path.apply')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
