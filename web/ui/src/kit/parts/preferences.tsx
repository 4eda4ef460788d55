import { Select, useMantineColorScheme } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { $api, client, type Schemas } from '../api';
import { languages, useI18n } from '../i18n';
import { key, useWrite } from '../write';

const myself = $api.queryOptions('get', '/api/v1/me').queryKey;
type Mailed = Schemas['LanguageInBody']['language'];

/**
 * The language of the app, each in its own name, which mails follow. Where
 * mails have another, since it was chosen elsewhere, it is shown too.
 */
export function LanguageChoice() {
  const { t, language, choose } = useI18n();
  const queries = useQueryClient();
  const me = $api.useQuery('get', '/api/v1/me');
  const write = useWrite(
    async (next: string) => {
      // shown at once, so that changing both does not show them apart meanwhile
      queries.setQueryData(myself, (old: typeof me.data) => old && { ...old, language: next });
      await client.PUT('/api/v1/me/language', { body: { language: next as Mailed } });
    },
    {
      stale: [key('/api/v1/me')],
      failed: () => {
        void queries.invalidateQueries({ queryKey: myself }); // mails stay in the language before
        return false;
      },
    },
  );
  const data = languages.map((value) => ({ value, label: ownName(value) }));
  const mailed = me.data && (me.data.language || 'en');
  return (
    <>
      <Select
        label={t('language')}
        data={data}
        value={language}
        allowDeselect={false}
        onChange={(next) => {
          if (!next) return;
          choose(next);
          write.mutate(next);
        }}
        checkIconPosition="right"
      />
      {mailed && mailed !== language && <Select label={t('language.mails')} data={data} value={mailed} allowDeselect={false} onChange={(next) => next && write.mutate(next)} checkIconPosition="right" />}
    </>
  );
}

function ownName(language: string) {
  const name = new Intl.DisplayNames([language], { type: 'language' }).of(language) ?? language;
  return name.charAt(0).toLocaleUpperCase(language) + name.slice(1);
}

/** Light, dark, or as the device is. */
export function SchemeChoice() {
  const { t } = useI18n();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const data = (['auto', 'light', 'dark'] as const).map((value) => ({ value, label: t(`scheme.${value}`) }));
  return <Select label={t('scheme')} data={data} value={colorScheme} allowDeselect={false} onChange={(value) => value && setColorScheme(value as 'auto')} checkIconPosition="right" />;
}
