import { $api, useFormat, useI18n } from '@kit/index';
import { MultiSelect, Select } from '@mantine/core';
import { useMemo } from 'react';

// What one can be asked in here: the languages most written, as tags.
const tags = 'ar bg bn ca cs da de el en es et fa fi fr he hi hr hu id is it ja ko lt lv ms nb nl pl pt ro ru sk sl sr sv sw ta th tl tr uk ur vi zh'.split(' ');
const countries = 'AE AR AT AU BD BE BG BR CA CH CL CN CO CY CZ DE DK EE EG ES FI FR GB GH GR HK HR HU ID IE IL IN IS IT JO JP KE KR LB LT LU LV MA MT MX MY NG NL NO NZ PE PH PK PL PT QA RO RS SA SE SG SI SK TH TN TR TW TZ UA UG US VN ZA'.split(' ');

/** The languages one answers in. */
export function Languages({ value, onChange }: { value: string[]; onChange: (value: string[]) => void }) {
  const { t } = useI18n();
  const format = useFormat();
  const data = useMemo(
    () => [...new Set([...tags, ...value])].map((tag) => ({ value: tag, label: format.language(tag) })).sort((a, b) => a.label.localeCompare(b.label)),
    [format, value],
  );
  return <MultiSelect label={t('profile.languages')} description={t('profile.languages.text')} data={data} value={value} onChange={onChange} searchable required hidePickedOptions />;
}

export function Country({ value, onChange }: { value: string | null; onChange: (value: string | null) => void }) {
  const { t } = useI18n();
  const format = useFormat();
  const data = useMemo(() => countries.map((code) => ({ value: code, label: format.country(code) })).sort((a, b) => a.label.localeCompare(b.label)), [format]);
  const paid = $api.useQuery('get', '/api/v1/countries', {}, { staleTime: Infinity });
  const unpaid = value && paid.data && !paid.data.data.some(({ code }) => code === value);
  return <Select label={t('profile.country')} description={t('profile.country.text')} error={unpaid ? t('profile.country.unpaid') : undefined} data={data} value={value} onChange={onChange} searchable clearable />;
}
