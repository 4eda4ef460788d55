import { Select, useMantineColorScheme } from '@mantine/core';
import { raw } from '../api';
import { languages, useI18n } from '../i18n';

/** The language of the app, each in its own name, and of what who is signed in is written. */
export function LanguageChoice() {
  const { t, language, choose } = useI18n();
  const data = languages.map((value) => ({ value, label: ownName(value) }));
  const pick = (next: string) => {
    choose(next);
    raw('PUT', '/api/v1/me/language', { language: next }).catch(() => undefined); // mails stay in the language before
  };
  return <Select label={t('language')} data={data} value={language} allowDeselect={false} onChange={(value) => value && pick(value)} checkIconPosition="right" />;
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
