/** The colours of public/bridge.css, which the site's pages have by src/css/site.css. */
const LIGHT = {
  ink: '#16191f',
  quiet: '#555e6d',
  link: '#0b57b8',
  ground: '#f7f8fa',
  surface: '#ffffff',
  line: '#d9dee6',
  good: '#1b6e3c',
  bad: '#b3261e',
  warn: '#8a5300',
};
const DARK = {
  ink: '#e7eaef',
  quiet: '#a3adbb',
  link: '#8ab8ff',
  ground: '#101318',
  surface: '#171b22',
  line: '#2e3641',
  good: '#6fcf8f',
  bad: '#ff8f85',
  warn: '#f0b455',
};

const TEXT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', Arial, sans-serif";
const MONO = "ui-monospace, 'SF Mono', 'Cascadia Mono', 'DejaVu Sans Mono', Menlo, Consolas, monospace";

/** Options of Redoc for a colour mode of the site. */
export function redocOptions(colorMode) {
  const { ink, quiet, link, ground, surface, line, good, bad, warn } = colorMode === 'dark' ? DARK : LIGHT;
  return {
    scrollYOffset: '.navbar',
    disableSearch: true,
    nativeScrollbars: true,
    expandResponses: '200',
    theme: {
      spacing: { sectionVertical: 24 },
      colors: {
        primary: { main: link, contrastText: surface },
        success: { main: good },
        error: { main: bad },
        warning: { main: warn },
        text: { primary: ink, secondary: quiet },
        border: { dark: line, light: line },
        gray: { 50: ground, 100: line },
      },
      typography: {
        fontSize: '15px',
        fontFamily: TEXT,
        headings: { fontFamily: TEXT, fontWeight: '650' },
        code: { fontFamily: MONO, fontSize: '13px', color: ink, backgroundColor: ground, wrap: true },
        links: { color: link, visited: link, hover: link },
      },
      sidebar: { backgroundColor: ground, textColor: ink, activeTextColor: link },
      rightPanel: { backgroundColor: '#20262f', textColor: '#e7eaef' },
      schema: { linesColor: line, typeNameColor: quiet, typeTitleColor: quiet, nestedBackground: surface },
    },
  };
}
