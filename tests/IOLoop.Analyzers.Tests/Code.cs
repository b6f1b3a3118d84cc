using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Testing;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Testing;

namespace IOLoops.Analyzers.Tests;

/// <summary>Compiles code of a user against the loops, and compares what an analyzer reports with the marks in the code.</summary>
internal static class Code
{
    private const string Usings = """
        using System;
        using System.IO;
        using System.Net.Sockets;
        using System.Reactive.Concurrency;
        using System.Runtime.InteropServices;
        using System.Threading;
        using System.Threading.Tasks;
        using IOLoops;
        using IOLoops.Rx;
        using IOLoops.VsThreading;
        using Microsoft.Win32.SafeHandles;


        """;

    // What this program runs on, instead of a package of reference assemblies: tests need no network.
    private static readonly ImmutableArray<MetadataReference> References =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => !Path.GetFileName(path).StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal) && !Path.GetFileName(path).StartsWith("xunit", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path))];

    /// <summary>Members of a class; what is to be reported stands in <c>{|ID:…|}</c>.</summary>
    public static Task Reports<TAnalyzer>(string members) where TAnalyzer : DiagnosticAnalyzer, new()
    {
        var test = new CSharpAnalyzerTest<TAnalyzer, DefaultVerifier> { TestCode = Class(members) };
        Prepare(test);
        return test.RunAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>The same, and what becomes of it. With no result there is no fix.</summary>
    public static Task Becomes<TAnalyzer, TFix>(string members, string result)
        where TAnalyzer : DiagnosticAnalyzer, new()
        where TFix : CodeFixProvider, new()
    {
        var test = new CSharpCodeFixTest<TAnalyzer, TFix, DefaultVerifier> { TestCode = Class(members), FixedCode = Class(result) };
        Prepare(test);
        return test.RunAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>The same without marks, to be analyzed by the caller.</summary>
    public static CSharpCompilation Compile(string members) => CSharpCompilation.Create(
        "Program", [CSharpSyntaxTree.ParseText(Class(members))], References, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));

    private static string Class(string members) => Usings + "class Program\n{\n" + members.ReplaceLineEndings("\n") + "\n}\n";

    private static void Prepare(AnalyzerTest<DefaultVerifier> test)
    {
        test.ReferenceAssemblies = new ReferenceAssemblies("net10.0");
        test.TestState.AdditionalReferences.AddRange(References);
        test.CompilerDiagnostics = CompilerDiagnostics.Errors;
    }
}
