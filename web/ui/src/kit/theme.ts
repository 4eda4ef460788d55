import { createTheme, type CSSVariablesResolver, defaultVariantColorsResolver, type MantineColorsTuple, type VariantColorsResolver } from '@mantine/core';

// Pine is the accent: what one can press, and what is well. Honey is for time
// and care, brick for what went wrong. Neutrals are warm, like paper.
const pine: MantineColorsTuple = ['#e8f4f0', '#cfe6df', '#a3d0c4', '#74b9a8', '#4ba490', '#2a8d78', '#137764', '#0c5a4e', '#0a4b41', '#083c34'];
const honey: MantineColorsTuple = ['#fff6e0', '#fdeabf', '#fad588', '#f6c052', '#eeab28', '#d18f10', '#a86f06', '#855603', '#664204', '#4a3005'];
const brick: MantineColorsTuple = ['#fdeeea', '#fad8d0', '#f2b0a3', '#e98775', '#de6450', '#cb4a37', '#b03a29', '#912e20', '#72251a', '#551c14'];
const gray: MantineColorsTuple = ['#f8f6f2', '#f0ede6', '#e4e0d7', '#d2cdc2', '#b3ada1', '#8b867b', '#67635a', '#4b4842', '#33312c', '#22211e'];
const dark: MantineColorsTuple = ['#e9ebe8', '#c9cdc8', '#a5aba5', '#7d847e', '#454b47', '#343a36', '#262b28', '#1c201e', '#151817', '#0e100f'];

/** Light badges, buttons and alerts keep 4.5:1, also where Mantine's do not. */
const variants: VariantColorsResolver = (input) => {
  const color = input.color ?? input.theme.primaryColor;
  if (input.variant === 'light' && ['pine', 'honey', 'brick', 'gray'].includes(color)) {
    return {
      background: `var(--kh-${color}-soft)`,
      hover: `var(--kh-${color}-soft-hover)`,
      color: `var(--kh-${color}-text)`,
      border: '1px solid transparent',
    };
  }
  if (input.variant === 'subtle' && ['pine', 'brick', 'gray'].includes(color)) {
    return { background: 'transparent', hover: `var(--kh-${color}-soft)`, color: `var(--kh-${color}-text)`, border: '1px solid transparent' };
  }
  if (input.variant === 'filled' && (color === 'pine' || color === 'brick')) {
    return { background: `var(--kh-${color}-fill)`, hover: `var(--kh-${color}-fill-hover)`, color: `var(--kh-${color}-on)`, border: '1px solid transparent' };
  }
  if (input.variant === 'default') {
    return { background: 'var(--kh-surface)', hover: 'var(--kh-raised)', color: 'var(--kh-ink)', border: '1px solid var(--kh-edge)' };
  }
  return defaultVariantColorsResolver(input);
};

const soft = { pine, honey, brick, gray };

// Mantine's own colours are ours, in either scheme.
const mantine = {
  '--mantine-color-body': 'var(--kh-ground)',
  '--mantine-color-text': 'var(--kh-ink)',
  '--mantine-color-dimmed': 'var(--kh-quiet)',
  '--mantine-color-placeholder': 'var(--kh-quiet)',
  '--mantine-color-error': 'var(--kh-brick-text)',
  '--mantine-color-default-border': 'var(--kh-edge)',
  '--mantine-color-anchor': 'var(--kh-pine-text)',
  '--mantine-color-pine-filled-hover': 'var(--kh-pine-fill-hover)', // Mantine's is too near the text in dark
};

export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    ...mantine,
    '--kh-ground': '#f6f4ef',
    '--kh-surface': '#fffefb',
    '--kh-raised': '#f1eee7',
    '--kh-ink': '#1f231f',
    '--kh-quiet': '#5e6059',
    '--kh-edge': '#ded9ce',
    '--kh-edge-strong': '#8a867b',
    '--kh-shadow': '0 1px 2px rgb(48 42 28 / 5%), 0 6px 20px -8px rgb(48 42 28 / 12%)',
    '--kh-pine-fill': pine[7],
    '--kh-pine-fill-hover': pine[8],
    '--kh-pine-on': '#ffffff',
    '--kh-brick-fill': brick[6],
    '--kh-brick-fill-hover': brick[7],
    '--kh-brick-on': '#ffffff',
    ...Object.fromEntries(
      Object.entries(soft).flatMap(([name, c]) => [
        [`--kh-${name}-soft`, c[name === 'gray' ? 1 : 0]],
        [`--kh-${name}-soft-hover`, c[name === 'gray' ? 2 : 1]],
        [`--kh-${name}-text`, name === 'pine' ? c[7] : name === 'gray' ? c[7] : c[7]],
        [`--kh-${name}-line`, c[4]],
      ]),
    ),
  },
  dark: {
    ...mantine,
    '--kh-ground': '#121514',
    '--kh-surface': '#1a1e1c',
    '--kh-raised': '#232826',
    '--kh-ink': '#e9ebe6',
    '--kh-quiet': '#a3aaa3',
    '--kh-edge': '#313733',
    '--kh-edge-strong': '#79817b',
    '--kh-shadow': '0 1px 2px rgb(0 0 0 / 40%), 0 8px 24px -10px rgb(0 0 0 / 60%)',
    '--kh-pine-fill': '#5cc2ab',
    '--kh-pine-fill-hover': '#74cfba',
    '--kh-pine-on': '#06231d',
    '--kh-brick-fill': '#f08a78',
    '--kh-brick-fill-hover': '#f5a294',
    '--kh-brick-on': '#33100a',
    '--kh-pine-soft': '#17342d',
    '--kh-pine-soft-hover': '#1d4138',
    '--kh-pine-text': '#86d8c4',
    '--kh-pine-line': '#2f8c78',
    '--kh-honey-soft': '#3a2d0f',
    '--kh-honey-soft-hover': '#473814',
    '--kh-honey-text': '#f6cd7c',
    '--kh-honey-line': '#b98615',
    '--kh-brick-soft': '#3d201b',
    '--kh-brick-soft-hover': '#4a2822',
    '--kh-brick-text': '#f7a99b',
    '--kh-brick-line': '#c4594a',
    '--kh-gray-soft': '#282d2a',
    '--kh-gray-soft-hover': '#323834',
    '--kh-gray-text': '#c9cec8',
    '--kh-gray-line': '#6d756f',
  },
});

const face = "'Figtree Variable', system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'Noto Sans Arabic', 'Geeza Pro', sans-serif";

export const theme = createTheme({
  primaryColor: 'pine',
  primaryShade: { light: 7, dark: 4 },
  colors: { pine, honey, brick, gray, dark },
  black: '#1f231f',
  fontFamily: face,
  headings: { fontFamily: face, fontWeight: '680', textWrap: 'balance' },
  defaultRadius: 'md',
  radius: { xs: '4px', sm: '7px', md: '10px', lg: '16px', xl: '24px' },
  fontSizes: { xs: '0.8125rem', sm: '0.875rem', md: '1rem', lg: '1.125rem', xl: '1.375rem' },
  lineHeights: { xs: '1.4', sm: '1.45', md: '1.55', lg: '1.5', xl: '1.35' },
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
  variantColorResolver: variants,
  // by name, since importing them would have every screen load them all
  components: {
    Button: { defaultProps: { fw: 600 } },
    Badge: { defaultProps: { variant: 'light', radius: 'sm', fw: 600, tt: 'none', size: 'lg' }, classNames: { root: 'kh-badge' } },
    Paper: { defaultProps: { radius: 'lg', p: 'lg' }, classNames: { root: 'kh-paper' } },
    Alert: { defaultProps: { variant: 'light', radius: 'md' } },
    Anchor: { defaultProps: { underline: 'always' } },
    Modal: {
      defaultProps: { centered: true, radius: 'lg', padding: 'lg', overlayProps: { backgroundOpacity: 0.45 } },
      classNames: { content: 'kh-modal', header: 'kh-modal', title: 'kh-modal-title' },
    },
    InputWrapper: { defaultProps: { inputWrapperOrder: ['label', 'description', 'input', 'error'] } },
  },
});
