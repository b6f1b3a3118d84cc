using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace IOLoops.Analyzers.CodeFixes;

/// <summary>IOL0007: an <c>async void</c> method of the same document returns a <c>Task</c>.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
[Shared]
public sealed class TaskFix : SyntaxFix
{
    /// <summary>Made by an editor.</summary>
    public TaskFix() : base(Rules.AsyncVoid, "Return a Task")
    {
    }

    private protected override async Task<SyntaxNode?> FixAsync(Document document, SyntaxNode root, SyntaxNode node, string fix, CancellationToken cancellationToken)
    {
        var model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        var method = model?.GetSymbolInfo(node, cancellationToken).Symbol;
        if (method is not { DeclaringSyntaxReferences.Length: 1 } || method.DeclaringSyntaxReferences[0].SyntaxTree != root.SyntaxTree)
        {
            return null;
        }

        var declared = await method.DeclaringSyntaxReferences[0].GetSyntaxAsync(cancellationToken).ConfigureAwait(false);
        var type = declared switch
        {
            MethodDeclarationSyntax own => own.ReturnType,
            LocalFunctionStatementSyntax local => local.ReturnType,
            _ => null,
        };
        return type is null ? null : root.ReplaceNode(type, SyntaxFactory.ParseTypeName("System.Threading.Tasks.Task").WithTriviaFrom(type)
            .WithAdditionalAnnotations(Microsoft.CodeAnalysis.Simplification.Simplifier.Annotation));
    }
}
