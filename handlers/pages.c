#include "handlers/pages.h"

#define PAGE_ROW(name) &page_##name,
const struct page *const pages[] = {PAGES(PAGE_ROW)};
const size_t pages_n = sizeof pages / sizeof pages[0];
