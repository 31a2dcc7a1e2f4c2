// SYNTAX TEST "source.c" "annotations of snippets"

//@ kernel 6.12
// <--- comment.line.double-slash.annotation.pinscope
//  ^^^^^^ keyword.control.directive.annotation.pinscope
//         ^^^^ constant.numeric.annotation.pinscope
//@ machine ram=64 iommu=off tracking=page-bit
//          ^^^ variable.parameter.option.annotation.pinscope
//             ^ keyword.operator.assignment.annotation.pinscope
//              ^^ constant.numeric.annotation.pinscope
//                       ^^^ constant.language.annotation.pinscope
//                                    ^^^^^^^^ entity.name.type.annotation.pinscope
//@ file /data pages=4
//       ^^^^^ string.unquoted.path.annotation.pinscope
//@ never lost-write, leak // both of them
//  ^^^^^ keyword.control.property.annotation.pinscope
//        ^^^^^^^^^^ constant.language.fault.annotation.pinscope
//                    ^^^^ constant.language.fault.annotation.pinscope
//                         ^^^^^^^^^^^^^^^ comment.line.double-slash.pinscope
//@ always mapcount(p) <= 1
//  ^^^^^^ keyword.control.property.annotation.pinscope
//         ^^^^^^^^ entity.name.function.c
//                        ^ constant.numeric.c
//@ at dma-running: fork app; reclaim all
//  ^^ keyword.control.point.annotation.pinscope
//     ^^^^^^^^^^^ entity.name.label.annotation.pinscope
//                  ^^^^ keyword.other.action.annotation.pinscope
//                       ^^^ entity.name.type.annotation.pinscope
//                            ^^^^^^^ keyword.other.action.annotation.pinscope
//                                    ^^^ constant.language.annotation.pinscope
//@ fail kmalloc 2
//  ^^^^ keyword.other.action.annotation.pinscope
//       ^^^^^^^ entity.name.function.annotation.pinscope
//               ^ constant.numeric.annotation.pinscope
//@ kernal 6.12
//  ^^^^^^ invalid.illegal.keyword.annotation.pinscope
int main(void)
// <--- storage.type.c
{
	//@ assert refcount(page(buf)) == 1026 // one pin
//   ^^^^^^ keyword.other.action.annotation.pinscope
//          ^^^^^^^^ entity.name.function.c
//                                 ^^^^ constant.numeric.c
//                                      ^^^^^^^^^^ comment.line.double-slash.pinscope
	// plain: reclaim all
//         ^^^^^^^ comment.line.double-slash.c - meta.annotation.pinscope
	/* //@ reclaim all */
//      ^^^^^^^ comment.block.c - meta.annotation.pinscope
	const char *s = "//@ reclaim";
//     ^^^^ storage.type.c
//                ^^^^^^^^^^^ string.quoted.double.c - meta.annotation.pinscope
}
