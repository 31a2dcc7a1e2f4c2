/** Files of a page that has no editor around it. */

/** Gives a file to the browser. */
export function download(name: string, mime: string, data: string, encoding: 'utf8' | 'base64'): void {
  const bytes =
    encoding === 'utf8' ? new TextEncoder().encode(data) : Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([bytes], { type: mime }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
