import { $api, Await, client, dark, key, Page, QR, type Schemas, useFormat, useI18n, useWrite } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Anchor, Button, ColorInput, CopyButton, Group, Paper, Stack, TagsInput, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import css from '../console.module.css';
import { usePlace } from '../place';
import { setupTabs, Tabs } from '../tabs';

type Program = Schemas['Program'];
const stale = [key('/api/v1/brands/{brand}/programs'), key('/api/v1/programs/{program}/checklist'), key('/api/v1/programs/{program}/public')];

/** How customers get there: the script, the page, the code to scan, and how it looks. */
export default function Widget() {
  const { t } = useI18n();
  const { program, may } = usePlace();
  const shown = useShown(program);
  if (!program) return null;
  const accent = shown.data?.branding.accent;
  const script = `<script src="${location.origin}/widget.js" data-program="${program.id}"${accent ? ` data-accent="${accent}"` : ''} async></script>`;
  const page = `${location.origin}/ask/${program.id}`;
  return (
    <Page title={t('setup.widget')} about={t('widget.about')}>
      <Tabs label={t('setup.title')} of={setupTabs} />
      <div className={layout.stack}>
        <Paper>
          <div className={layout.row}>
            <h2 className={layout.subject}>{t('widget.script')}</h2>
            <CopyButton value={script}>
              {({ copied, copy }) => (
                <Button variant="default" size="compact-md" onClick={copy}>
                  {t(copied ? 'copied' : 'copy')}
                </Button>
              )}
            </CopyButton>
          </div>
          <code className={css.snippet} dir="ltr">
            {script}
          </code>
          <Text size="sm" c="dimmed" mt="sm">
            {t('widget.csp', { origin: location.origin })}
          </Text>
        </Paper>
        <Paper>
          <h2 className={layout.subject}>{t('widget.page')}</h2>
          <Group align="start" gap="xl">
            <QR text={page} label={t('widget.qr')} />
            <Stack gap="xs">
              <Anchor href={page} target="_blank" rel="noopener">
                {page}
              </Anchor>
              <Anchor href={`/ask/${program.id}/qr`} target="_blank" rel="noopener">
                {t('widget.print')}
              </Anchor>
            </Stack>
          </Group>
        </Paper>
        {may('manage_program') && (
          <>
            <Branding program={program} />
            <Lists key={program.id} program={program} />
          </>
        )}
      </div>
    </Page>
  );
}

/** From where the script may ask, and in which languages. */
function Lists({ program }: { program: Program }) {
  const { t } = useI18n();
  const [origins, setOrigins] = useState(program.origins);
  const [languages, setLanguages] = useState(program.languages);
  const path = { program: program.id };
  const save = useWrite(
    async () => {
      if (origins.join() !== program.origins.join()) await client.PUT('/api/v1/programs/{program}/origins', { params: { path }, body: { origins } });
      if (languages.join() !== program.languages.join()) await client.PUT('/api/v1/programs/{program}/languages', { params: { path }, body: { languages } });
    },
    { stale, done: t('saved') },
  );
  return (
    <Paper>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          save.mutate();
        }}
      >
        <Stack>
          <TagsInput label={t('widget.origins')} description={t('widget.origins.text')} value={origins} onChange={setOrigins} placeholder="https://shop.example.com" />
          <TagsInput label={t('widget.languages')} description={t('widget.languages.text')} value={languages} onChange={setLanguages} placeholder="en" />
          <div>
            <Button type="submit" loading={save.isPending} disabled={origins.join() === program.origins.join() && languages.join() === program.languages.join()}>
              {t('save')}
            </Button>
          </div>
        </Stack>
      </form>
    </Paper>
  );
}

const isShown = (program: Program | undefined) => program?.state === 'live' || program?.state === 'paused';

/** The program as anybody sees it, once it is shown. */
function useShown(program: Program | undefined) {
  return $api.useQuery('get', '/api/v1/programs/{program}/public', { params: { path: { program: program?.id ?? '' } } }, { enabled: isShown(program) });
}

function Branding({ program }: { program: Program }) {
  const shown = useShown(program);
  if (!isShown(program)) return null;
  return <Await read={shown}>{(of) => <BrandingForm program={program} of={of} />}</Await>;
}

/** The colour and the greeting, as customers will see them. */
function BrandingForm({ program, of }: { program: Program; of: Schemas['PublicProgram'] }) {
  const { t } = useI18n();
  const format = useFormat();
  const [accent, setAccent] = useState(of.branding.accent || '#0c5a4e');
  const [greeting, setGreeting] = useState<Record<string, string>>(of.branding.greeting);
  const save = useWrite(() => client.PUT('/api/v1/programs/{program}/branding', { params: { path: { program: program.id } }, body: { accent, greeting } }), { stale, done: t('saved') });
  return (
    <Paper>
      <h2 className={layout.subject}>{t('widget.branding')}</h2>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          save.mutate();
        }}
      >
        <Stack>
          <div className={css.brandbar} style={{ background: accent, color: dark(accent) ? '#fff' : '#000' }} aria-hidden>
            <span>{of.brand_name}</span>
            <span>×</span>
          </div>
          <ColorInput label={t('widget.accent')} value={accent} onChange={setAccent} format="hex" withEyeDropper={false} />
          {program.languages.map((tag) => (
            <Textarea key={tag} label={t('widget.greeting', { language: format.language(tag) })} value={greeting[tag] ?? ''} onChange={(e) => setGreeting({ ...greeting, [tag]: e.currentTarget.value })} maxLength={300} autosize dir="auto" />
          ))}
          <div>
            <Button type="submit" loading={save.isPending}>
              {t('save')}
            </Button>
          </div>
        </Stack>
      </form>
    </Paper>
  );
}
