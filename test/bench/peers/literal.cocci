// The simplest thing to say about pinned pages, with names that are literal, so that spatch can leave out files without them.
virtual report

@pinned exists@
expression array, index;
position here;
@@
pin_user_pages_fast(..., array)
... when any
put_page@here(array[index])

@script:python depends on report@
here << pinned.here;
@@
coccilib.report.print_report(here[0], "a pinned page is given back with put_page()")
